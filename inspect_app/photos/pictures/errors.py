"""Why a file is not taken as a photo; the messages (zh-Hant) say what to do next."""


class PictureError(ValueError):
    """A file that is not taken as a photo."""


class NotAPicture(PictureError):  # noqa: N818 - says what the file is
    """Not an accepted kind of file, whatever its name says."""


class PictureTooLarge(PictureError):  # noqa: N818 - says what the file is
    """More pixels than its kind may have."""


class PictureDamaged(PictureError):  # noqa: N818 - says what the file is
    """Begins like a picture but cannot be decoded to its end."""


def too_large(limit: int) -> PictureTooLarge:
    return PictureTooLarge(f"照片超過 {limit // 1_000_000} 百萬像素；請降低相機解析度後再拍攝。")


def damaged() -> PictureDamaged:
    return PictureDamaged("照片損壞或不完整，無法讀取；請重新傳送或重新拍攝。")
