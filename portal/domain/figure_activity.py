"""What the trail's verbs of figures, packs, feedback, rules and templates are in plain words."""

from __future__ import annotations

from collections.abc import Mapping

FIGURE_VERBS: Mapping[str, str] = {
    "comparators.kept": "Put a file of what measures are held against in place",
    "feedback.card_ended": "Ended a card for feedback",
    "feedback.card_made": "Made a card for feedback",
    "feedback.card_opened": "Opened a card for feedback again",
    "feedback.given": "Gave feedback",
    "feedback.mailed": "Sent professionals a link for feedback",
    "feedback.read": "Read what people wrote in feedback",
    "figures.mended": "Recounted the kept figures and mended what differed",
    "meeting_kind.added": "Added a kind of meeting",
    "meeting_kind.brought_back": "Brought back a kind of meeting",
    "meeting_kind.changed": "Changed what is said of a kind of meeting",
    "meeting_kind.retired": "Retired a kind of meeting",
    "meeting_kind.rules_changed": "Changed the rules of a kind of meeting",
    "pack.asked": "Asked for a pack of figures",
    "pack.asked_again": "Asked again for a pack that could not be made",
    "pack.deleted": "Deleted the files of a pack",
    "pack.failed": "Could not make a pack",
    "pack.made": "Made a pack of figures",
    "pack.opened": "Opened a pack",
    "report_template.changed": "Changed a draft of a report template",
    "report_template.discarded": "Threw away a draft of a report template",
    "report_template.drafted": "Began a new version of a report template",
    "report_template.loaded": "Loaded a draft of a report template from a file",
    "report_template.published": "Published a version of a report template",
    "report_template.retired": "Took a report template out of use",
    "rule_set.begun": "Began new rules from a day on",
    "rule_set.changed": "Changed the rules of the area from a day on",
    "rule_set.created": "Set the partnership’s rules",
    "rule_set.withdrawn": "Took back planned rules of the area",
    "saved_view.changed": "Changed a saved view of the figures",
    "saved_view.removed": "Removed a saved view of the figures",
    "saved_view.saved": "Saved a view of the figures",
    "saved_views.sent": "Sent links to saved views of the figures",
}
