"""The application for a WSGI server and for `flask --app wsgi`."""

import sys

from flask import Response
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]

from inspect_app import create_app
from inspect_app.core.problems import MalformedRequest, respond
from inspect_app.core.settings import SettingsError

try:
    app = create_app()
except SettingsError as error:
    wrong = "\n".join(f"  - {line}" for line in str(error).splitlines())
    sys.exit(f"設定有誤，未啟動；請更正下列各項（settings refused; correct these）：\n{wrong}")


@app.errorhandler(ParseException)
def broken_body(_error: ParseException) -> Response:
    """gunicorn finds a wrong chunk only while the body is read."""
    return respond(MalformedRequest("傳送的內容在途中損壞，或分段格式不正確；請重新傳送。"))
