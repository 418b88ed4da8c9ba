"""What can go wrong with forms and defect codes; each error names one mistake and the next step."""


class FormsError(Exception):
    """Base of every error of this package."""


class UnknownForm(FormsError):  # noqa: N818 - named for the mistake
    """No such checklist, or no such version of it, has been published."""

    def __init__(self, code: str, version: int, known: str) -> None:
        super().__init__(f"沒有檢查表「{code}」第 {version} 版；請改用已公布的版本：{known}。")
        self.code, self.version = code, version


class UnknownDefectCode(FormsError):  # noqa: N818 - named for the mistake
    """The code is not in the catalogue, or names a group where an item is needed."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"缺失編號「{code}」{reason}")
        self.code = code


class UnknownRevision(FormsError):  # noqa: N818 - named for the mistake
    """No catalogue of that revision is at hand."""

    def __init__(self, revision: str, known: str) -> None:
        super().__init__(f"沒有缺失目錄「{revision}」；請改用：{known}。")
        self.revision = revision


class InvalidData(FormsError):  # noqa: N818 - named for the mistake
    """A data file breaks its own rules; for whoever edits it."""


class PublishedFormChanged(FormsError):  # noqa: N818 - named for the mistake
    """A published file differs from its digest in lock.json, or is gone."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"definitions/{name} is not the file that was published. Restore it, "
            "put the change into the next version, then run `python -m forms publish`."
        )
        self.name = name
