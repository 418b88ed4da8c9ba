"""What may go wrong, told to the operator: each message is a zh-Hant sentence that says what to do next."""

from collections.abc import Sequence

SHOWN = 20


class BackupError(Exception):
    """A backup or restore that was not done."""


class NotAnArchive(BackupError):  # noqa: N818 - says what is so
    """The file is not one of our archives."""


class Damaged(BackupError):  # noqa: N818 - says what is so
    """An archive that differs from what was written; `places` names each damaged member."""

    def __init__(self, places: Sequence[str]) -> None:
        self.places = tuple(places)
        more = f"……等共 {len(self.places)} 處" if len(self.places) > SHOWN else ""
        named = "、".join(self.places[:SHOWN])
        super().__init__(f"備份檔已損壞，沒有還原任何資料。損壞處：{named}{more}。請改用另一份備份。")


class Incomplete(BackupError):  # noqa: N818 - says what is so
    """An archive that says itself that something was missing when it was made."""


class TooNew(BackupError):  # noqa: N818 - says what is so
    """An archive or a database of a revision that this program does not know."""


class NotEmpty(BackupError):  # noqa: N818 - says what is so
    """The place has rows or stored objects."""


class NoSpace(BackupError):  # noqa: N818 - says what is so
    """The disk has not enough room."""


class Unfinished(BackupError):  # noqa: N818 - says what is so
    """An earlier restore of another archive stands half-way."""


class Refused(BackupError):  # noqa: N818 - says what is so
    """The database did not take, or did not give, the rows."""
