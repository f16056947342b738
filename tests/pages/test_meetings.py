"""The list of meetings, a meeting's page, and declaring who came: what stands on them, for whom, and how often they ask."""

from __future__ import annotations


def test_smoke(client, world, sign_in):
    for key in ("a.gp.practitioner","a.police.lead","a.chair","a.coordinator","a.manager","a.social_care.lead","a.administrator","a.board"):
        c=client.application.test_client()
        sign_in(c, world.person(key))
        for path in ("/","/meetings","/meetings?when=all&size=100","/meetings?when=past&waiting=report",f"/meetings/{world.meeting('a.initial').id}",f"/meetings/{world.meeting('a.strategy').id}",f"/meetings/{world.meeting('a.review').id}",f"/meetings/{world.meeting('a.initial').id}/answer",f"/meetings/{world.meeting('a.initial').id}/attendance","/meetings/answers",f"/meetings/{world.meeting('a.initial').id}/team"):
            r=c.get(path)
            print(key,path,r.status_code)
            if r.status_code==500: raise SystemExit
