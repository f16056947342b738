"""Files of agencies, meetings, attendance and child protection plans, brought in all or nothing, as often as one likes.

A file that was imported before changes nothing and leaves nothing in the trail. What a person confirmed or decided
in a page stays, whatever a later file says: see each file's module.
"""

from portal.services.imports.agencies import import_agencies
from portal.services.imports.attendance import import_attendance
from portal.services.imports.importing import Import, Imported, Progress, silent
from portal.services.imports.meetings import import_meetings
from portal.services.imports.plans import import_plans

__all__ = [
    "Import",
    "Imported",
    "Progress",
    "import_agencies",
    "import_attendance",
    "import_meetings",
    "import_plans",
    "silent",
]
