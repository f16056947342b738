"""What people call a question by: the third question of its edition's second standard is "2.3"."""

from __future__ import annotations

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import aliased

from portal.models.frameworks import Question, Standard

_before = aliased(Question)
_place = (
    select(func.count())
    .where(_before.standard_id == Question.standard_id, _before.position <= Question.position)
    .correlate(Question)
    .scalar_subquery()
)

QUESTION_NUMBER = (cast(Standard.position, String) + "." + cast(_place, String)).label("question_number")
"""A column of queries that join Question and its Standard; whoever else is not asked a question, its number stays."""
