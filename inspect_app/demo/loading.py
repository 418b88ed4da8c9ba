"""Loading the demonstration city into an empty database."""

from inspect_app.accounts import contacts_keeping, queries
from inspect_app.accounts import service as accounts
from inspect_app.core import clock
from inspect_app.core.database import session, transaction
from inspect_app.core.settings import current_settings
from inspect_app.demo import people, pictures, tenders, visits, year109


def load_if_empty() -> str:
    """Load everything in one transaction, unless there are people already; says what was done."""
    if current_settings().is_production:
        return "正式環境不載入示範資料。"
    if queries.any_user(session()):
        return "資料庫已有資料，未載入示範資料。"
    now, album = clock.now(), pictures.develop(visits.shots(), visits.COPIES)
    with transaction() as current:
        users = [accounts.add_user(current, new, now) for new in people.accounts()]
        cast = visits.Cast({user.username: accounts.acting(user) for user in users}, album)
        year109.load(current, cast["staff"])
        ids = tenders.load(current, cast["staff"], now)
        for wanted in people.contacts(cast["agency"].id):
            contacts_keeping.add(current, wanted, cast["staff"], now)
        visits.load(current, cast, ids, now)
    names = "、".join(username for username, *_ in people.PEOPLE)
    return f"已載入示範資料（均為虛構）。帳號：{names}；密碼均為 {people.PASSWORD}。"
