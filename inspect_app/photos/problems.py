"""What can go wrong with photos alone."""

from inspect_app.core.problems import Problem


class Gone(Problem):
    status, code, title = 410, "gone", "上傳已逾期"


class Erased(Problem):
    status, code, title = 410, "photo_erased", "照片已依規定清除"


class WrongTusVersion(Problem):
    status, code, title = 412, "tus_version", "不支援這個 tus 版本"


class NoMemory(Problem):
    status, code, title = 503, "no_memory", "伺服器目前忙碌"


class NoRoom(Problem):
    status, code, title = 507, "no_room", "伺服器的磁碟空間不足"


class BytesMissing(Problem):
    status, code, title = 503, "photo_bytes_missing", "照片檔案目前無法讀取"


class BytesDamaged(Problem):
    status, code, title = 503, "photo_bytes_damaged", "照片檔案已損壞"


class BytesAway(Problem):
    status, code, title = 503, "photo_bytes_away", "照片存放區目前連不上"
