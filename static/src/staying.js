// A page that lies open says when its sign-in is about to end, and shows nothing any more once it has. Whoever types goes
// on being signed in; whoever only looks is asked.
import { SAVED, SOMEBODY_ELSE, renewToken } from "./sending.js";

const LEFT = "/signed-in/left";
const STAY = "/signed-in/stay";
const WAIT = 8000;
const MINUTE = 60000;
const SHOWN = ".app-header__who, .app-sections, .app-emergency, body > .govuk-width-container";

export function startStaying() {
  const { idle, warning } = document.body.dataset;
  if (idle) new Staying(idle * 1000, warning * 1000);
}

class Staying {
  constructor(idle, warning) {
    this.warning = warning;
    this.endsAt = Date.now() + idle;
    // What was sent and not taken stands in its page again, and nowhere else.
    this.unsent = new Set("sentBack" in document.body.dataset ? document.forms : []);
    this.typed = false;
    this.fixed = false;
    this.looking = false;
    this.stays = false;
    this.timer = null;
    for (const kind of ["input", "change"]) document.addEventListener(kind, (event) => this.typing(event.target.form));
    // On its way down: the event does not bubble.
    document.addEventListener("app:saved", (event) => this.saved(event.target), true);
    // Timers stand still while a laptop sleeps, and another tab may have gone on, or signed out.
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.look();
    });
    window.addEventListener("focus", () => this.over && this.look());
    // Back to a page that the browser had kept whole.
    window.addEventListener("pageshow", (event) => event.persisted && this.look());
    this.wait();
  }

  typing(form) {
    if (form?.getAttribute("method")?.toLowerCase() !== "post") return;
    this.typed = true;
    this.unsent.add(form);
    if (this.line && !this.over) this.look();
  }

  saved(form) {
    this.unsent.delete(form);
    // That was a request of its own.
    this.typed = false;
  }

  left() {
    return this.endsAt - Date.now();
  }

  wait() {
    window.clearTimeout(this.timer);
    const left = this.left();
    if (left > this.warning) this.unsay();
    // Each minute of the warning, so that what it says stays true.
    const pause = left > this.warning ? left - this.warning : Math.min(left, left % MINUTE || MINUTE);
    this.timer = window.setTimeout(() => this.look(), Math.max(pause, 0));
  }

  /** Asks how long is left, prolonging it where somebody types or `stays`, and does what follows from that. */
  async look(stays = false) {
    if (this.looking) {
      this.stays ||= stays;
      return;
    }
    this.looking = true;
    const stay = (stays || this.typed) && !this.over;
    this.typed = false;
    const seconds = await ask(stay);
    // Without an answer the page's own clock decides: what it shows must not outlive the sign-in.
    if (seconds !== null) this.endsAt = Date.now() + seconds * 1000;
    this.looking = false;
    if (this.over) {
      if (seconds > 0) await this.comeBack();
      return;
    }
    if (this.left() <= 0) {
      this.cover();
      return;
    }
    if (this.left() <= this.warning) {
      // Where staying changed nothing: each sign-in has an end that no staying moves.
      this.fixed ||= stay && seconds !== null;
      this.warn();
    }
    this.wait();
    if (this.stays) {
      // Pressed while the last question was under way.
      this.stays = false;
      this.look(true);
    }
  }

  warn() {
    if (!this.line) {
      this.line = document.createElement("div");
      this.line.className = "app-staying";
      this.line.setAttribute("role", "alert");
      document.body.append(this.line);
    }
    const minutes = Math.max(1, Math.round(this.left() / MINUTE));
    const time = minutes === 1 ? "1 minute" : `${minutes} minutes`;
    const words = document.createElement("p");
    if (this.fixed) {
      words.textContent = `You will be signed out in ${time}, whatever is done here. Send what you are writing now, then sign in again.`;
      this.line.replaceChildren(words);
      return;
    }
    words.textContent = `You will be signed out in ${time}, because nothing has been done here for a while.`;
    const button = this.line.querySelector("button") || this.button();
    this.line.replaceChildren(words, button);
  }

  button() {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "govuk-button govuk-!-margin-bottom-0";
    button.textContent = "Stay signed in";
    button.addEventListener("click", () => this.look(true));
    return button;
  }

  unsay() {
    this.line?.remove();
    this.line = null;
    this.fixed = false;
  }

  /** Nothing about anybody stays on the screen. What was typed and not sent stays in the page, out of sight. */
  cover() {
    this.over = true;
    window.clearTimeout(this.timer);
    this.unsay();
    this.title = document.title;
    document.title = "You have been signed out – Safeguarding partnership portal";
    this.kept = this.unsent.size > 0;
    for (const part of document.querySelectorAll(SHOWN)) {
      if (this.kept) part.classList.add("app-covered");
      else part.remove();
    }
    this.notice = notice(this.kept);
    document.querySelector(".govuk-skip-link")?.setAttribute("href", "#signed-out");
    (document.querySelector("footer") || document.body.lastElementChild).before(this.notice);
    this.notice.querySelector("h1").focus();
  }

  /** Signed in again in another tab: the page is shown to whoever it was drawn for, and to nobody else. */
  async comeBack() {
    if (!this.kept) {
      window.location.reload();
      return;
    }
    const outcome = await renewToken();
    if (outcome === SOMEBODY_ELSE) this.notice.querySelector("[role=status]").textContent = NOT_YOURS;
    if (outcome !== SAVED) return;
    this.over = false;
    this.notice.remove();
    document.title = this.title;
    document.querySelector(".govuk-skip-link")?.setAttribute("href", "#main-content");
    for (const part of document.querySelectorAll(".app-covered")) part.classList.remove("app-covered");
    this.wait();
  }
}

const NOT_YOURS =
  "Somebody else is signed in now, or you are working as something else. Change back in the other tab to see what you typed.";

function notice(kept) {
  const whole = document.createElement("div");
  whole.className = "govuk-width-container";
  const main = document.createElement("main");
  main.className = "govuk-main-wrapper app-main app-signed-out";
  main.id = "signed-out";
  const heading = document.createElement("h1");
  heading.className = "govuk-heading-l";
  heading.tabIndex = -1;
  heading.textContent = "You have been signed out";
  const words = document.createElement("p");
  words.className = "govuk-body";
  words.textContent = kept
    ? "What you typed and had not sent is kept in this page, out of sight. Sign in in a new tab, then come back to this one."
    : "This page was left open, so it is shown no longer. Everything that you sent is kept.";
  const link = document.createElement("a");
  link.className = "govuk-button";
  link.setAttribute("role", "button");
  link.draggable = false;
  if (kept) {
    link.href = "/sign-in";
    link.target = "_blank";
    link.textContent = "Sign in (opens a new tab)";
  } else {
    const here = window.location.pathname + window.location.search;
    link.href = `/sign-in?next=${encodeURIComponent(here)}`;
    link.textContent = "Sign in again";
  }
  const line = document.createElement("p");
  line.className = "govuk-body";
  line.setAttribute("role", "status");
  main.append(heading, words, link, line);
  whole.append(main);
  return whole;
}

/** Seconds until the sign-in ends, 0 where it has; null where nobody answers. */
async function ask(stay) {
  try {
    if (stay) {
      const token = document.querySelector("input[name=csrf_token]")?.value || "";
      await fetch(STAY, { method: "POST", headers: { "X-CSRFToken": token, "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(WAIT) });
    }
    // Asked apart: where a form's token is out of date, a sign-in may still hold.
    const answer = await fetch(LEFT, { cache: "no-store", headers: { "X-Requested-With": "fetch" }, signal: AbortSignal.timeout(WAIT) });
    if (!answer.ok) return null;
    return (await answer.json()).seconds;
  } catch {
    return null;
  }
}
