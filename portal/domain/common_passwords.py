"""What people type when asked for a long password: whole phrases, and the words most others are built from."""

from __future__ import annotations

# Each as it is said, without spaces, and without the digits and signs that people hang on at its ends.
_PHRASES = """
    abracadabra administrator alakazam alexandria allblacks alohomora anastasia andromeda animalcrossing
    annabelle antidisestablishmentarianism armageddon assassinscreed astonvillafc autumnleaves
    avengedsevenfold backstreetboys batteryhorse believeinyourself bettyboop bigbrother birminghamcity
    blackandwhite blackberry blackpanther bluesclues bobthebuilder bohemianrhapsody breakingbad brittany
    brokenheart bubblegum bulldog buttercup butterflykisses callofduty callofduty4mw cantremember
    captainamerica carpediem celticfc charlesdarwin chickennuggets cinderella clashofclans
    coffeetrainfish coldplay conversation correcthorsebatterystaple counterstrike crystalpalace cutiepie
    dallascowboys darkness darthvader davidbeckham deathnote dingdong disneyland donkeykong dontforget
    dontforgetthis dontknow dontouchthis doodlebug downtonabbey drumandbass earthquake eastenders
    empirestrikesback enternow everlasting everton1878fc everychildmatters fallenangel fernando
    finalfantasy firebird firefighter fleetwoodmac forgetmenot forzamilan fullmetalalchemist
    gameofthrones gandalf garfield getmein ghostbusters glasgowrangers godisgood godisgreat
    godsavetheking godsavethequeen goldfish gonefishing grandtheftauto greenday guardianangel guesswhat
    guitarhero gunsandroses gunsnroses happyeverafter harrypotter hogwarts houseofcards huddersfield
    hullcityafc icantremember idontknowmypassword illuminati ilovechris ilovemommy ilovemydad ilovemydog
    ilovemyhusband ilovemykids ilovemylife ilovemymom ilovemymum ilovemyself ilovemywife iloveyousomuch
    imissyou immortal independence indianajones infiniteloop inspiration internetexplorer invincible
    ipswichtown ironmaiden itwasthebestoftimes jellybean jesuschrist jesusislord jonasbrothers justdoit
    justinbieber keepcalmandcarryon keepingchildrensafe keyboardcat knowledge ladybird lancashire
    leagueoflegends ledzeppelin leicestercity lifeisbeautiful lifeisgood linkinpark littlebritain
    littlemermaid loislane lordoftherings lovemelots lovemykids madonna marlboro maverick
    maytheforcebewithyou mercedesbenz metallica mickeymouse middlesbrough millwallfc minecraft
    missunderstood misunderstood moonlight motorola mountaindew myspace mysterious nightmare nirvana
    nopasswordhere northampton norwichcity nottinghamforest onceuponatime onedirection onetwothree
    onetwothreefour opensesame openthedoorplease paddington panicatthedisco paramore parispariss
    peaceandlove peanutbutter pearljam peppapig perfectworld performance peterpan philadelphia phoenix
    photography pikachu pinkfloyd pinkpanther piratesofthecaribbean playstation plymouthargyle poohbear
    portsmouthfc postmanpat prestonnorthend professional qpwoeiruty qweasdzxc radiohead realmadrid
    redhotchilipeppers redwhiteandblue residentevil revolution robertpattinson rockandroll rollercoaster
    rollingstones romanticlove rowrowrowyourboat salvation scarface scoobydoo screensaver seventhheaven
    shakespeare shaunofthedead sheffieldunited sheffieldwednesday sherlockholmes simplepassword
    skateboard skywalker slipknot snickers snoopdogg snowflake snowwhite somethingelse southampton
    spaceinvaders spongebob spongebobsquarepants steelers stokecityfc strawberries strawberry
    sunderlandafc supermario supernatural sweetdreams swordfish taylorswift teenwolf terminator thankyou
    thebeatles thedarkknight thegodfather thequickbrownfox thesimpsons thisisapassword thisismypassword
    thisisnotapassword thisisthepassword threelittlebirds threerandomwords thunderbird thunderbirds
    tinkerbell titanic tobeornottobe tokiohotel tottenhamhotspur toystory transformers twilight
    twinkletwinklelittlestar unbelievable unforgettable universal vampirediaries vanessahudgens
    victorious videogames wakeupneo walkingdead washington waterfall waterloo watermelon welcometohell
    westbromwich westhamunited whateveryouwant whatismypassword whatsmyname winniethepooh wolverhampton
    wolverine wonderwoman workingtogether worldofwarcraft wrestlemania wrestling yankees yellowsubmarine
    yorkshire youareloved youknowwhat youllneverwalkalone zaqxswcdevfr zeppelin
"""

_WORDS = """
    access account admin alexander amanda amazon america andrea andrew angel animal anthony apple
    april arsenal asdf ashley august autumn babe baby banana barcelona baseball basketball batman
    beautiful benjamin birthday blessed blue boss brandon britain british bubbles buster butterfly
    carlos change changeme charlie charlotte cheese chelsea chicken chocolate christian christmas
    christopher computer cookie correct daniel david december default demo diamond dolphin donald dragon
    elephant elizabeth email emily england everton facebook family father february flower football
    forever forgot freedom friday friend friends george ginger google guest hannah happy harley harry
    heaven hello hockey holiday home hunter iloveyou internet jackson james january jasmine jennifer
    jessica jesus john jordan joseph joshua july june justin killer king letmein liverpool login london
    love lovely loveyou lucky maggie manchester march martin master matthew maybe melissa michael
    michelle midnight mobile monday money monkey mother mummy music naruto natasha nathan new newcastle
    newpassword nicholas nicole nothing november october office oliver online open orange pass passcode
    passphrase passwd password passwort patrick peanut pepper please pokemon poppy princess private
    purple rachel rainbow rangers rebecca richard robert samantha samsung saturday secret secure
    security september server shadow silver single snoopy soccer sophie spiderman spring star starwars
    stephanie summer sunday sunshine superman superstar sweet system temp temporary test thomas thursday
    tigger tottenham trustno tuesday tweety unicorn united user victoria wednesday welcome whatever
    william windows winter work yellow
"""

COMMON_PHRASES = frozenset(_PHRASES.split())
COMMON_WORDS = frozenset(_WORDS.split())
