"""Settings: a wrong value stops the start and is named, all of them at once."""

from pathlib import Path

import pytest

from inspect_app.core.settings import ROOT, Environment, Settings, SettingsError, load_settings

SECRET = "0123456789abcdef0123456789abcdef"


def load(folder: Path, **variables: str) -> Settings:
    return load_settings({"DATA_DIR": str(folder), "SECRET_KEY": SECRET} | variables)


def test_what_is_not_set_has_a_sensible_value(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.environment is Environment.DEVELOPMENT
    assert settings.uploads_dir == tmp_path / "uploads"
    assert settings.database_url == f"sqlite:///{tmp_path}/chahe.sqlite3"
    assert (settings.session_hours, settings.max_photo_bytes, settings.log_level) == (12, 26_214_400, "INFO")


def test_without_a_data_directory_photos_lie_beside_the_code() -> None:
    assert load_settings({"SECRET_KEY": SECRET}).uploads_dir == ROOT / "uploads"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHAHE_ENV", "live"),
        ("LOG_LEVEL", "chatty"),
        ("SESSION_HOURS", "0"),
        ("SESSION_HOURS", "721"),
        ("SESSION_HOURS", "12.5"),
        ("SESSION_HOURS", "-12"),
        ("SESSION_HOURS", "１２"),
        ("MAX_PHOTO_BYTES", "25 MiB"),
        ("MAX_BODY_BYTES", "1"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "postgresql://"),
        ("DATABASE_URL", "chahe.sqlite3"),
        ("STORAGE_URL", "s3://"),
        ("STORAGE_URL", "s3://Bucket/photos"),
        ("STORAGE_URL", "s3://key:secret@bucket/photos"),
        ("STORAGE_URL", "s3://bucket/photos?endpoint=http://store.example"),
        ("STORAGE_URL", "s3://bucket/photos?endpoint=https://key:secret@store.example"),
        ("STORAGE_URL", "s3://bucket/photos?secret=word"),
        ("STORAGE_URL", "s3://[bucket/photos"),
        ("STORAGE_URL", "s3://bucket/photos?endpoint=http://[::1"),
        ("STORAGE_URL", "s3://bucket/photos?endpoint=https://store.example:99999x"),
        ("STORAGE_URL", "s3://bucket/photos?endpoint=https://store.example:99999"),
        ("SPOOL_KEEP_BYTES", "20 GiB"),
        ("STORAGE_URL", "file://another-host/photos"),
        ("STORAGE_URL", "photos"),
        ("SECRET_KEY", "short"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        load(tmp_path, **{name: value})


def test_every_wrong_value_is_named_at_once(tmp_path: Path) -> None:
    wrong = {"CHAHE_ENV": "live", "SESSION_HOURS": "many", "DATABASE_URL": "x", "STORAGE_URL": "y"}

    with pytest.raises(SettingsError) as caught:
        load(tmp_path, **wrong)

    assert [name for name in wrong if name not in str(caught.value)] == []


def test_a_password_in_a_wrong_address_is_not_repeated(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, DATABASE_URL="mysql://me:hidden@host/name")

    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_psycopg_whatever_it_is_called(tmp_path: Path, scheme: str) -> None:
    settings = load(tmp_path, DATABASE_URL=f"{scheme}://me@host/name")

    assert settings.database_url == "postgresql+psycopg://me@host/name"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("s3://bucket", "s3://bucket/?region=us-east-1"),
        ("s3://bucket/a/b/?region=ap-northeast-1", "s3://bucket/a/b?region=ap-northeast-1"),
        (
            "s3://bucket/a?endpoint=https://store.example/",
            "s3://bucket/a?endpoint=https://store.example&region=us-east-1",
        ),
        (
            "s3://bucket/a?endpoint=http://[::1]:9000",
            "s3://bucket/a?endpoint=http://[::1]:9000&region=us-east-1",
        ),
    ],
)
def test_storage_may_lie_in_s3_with_a_spool_where_local_files_would_lie(
    tmp_path: Path, given: str, told: str
) -> None:
    settings = load(tmp_path, STORAGE_URL=given)

    assert str(settings.remote_storage) == told
    assert settings.uploads_dir == load(tmp_path).uploads_dir


def test_a_wrong_address_s_secret_is_not_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        load(tmp_path, STORAGE_URL="s3://key:very-secret@bucket/photos?token=very-secret")

    assert "very-secret" not in str(refused.value)


def test_storage_may_lie_in_any_local_folder(tmp_path: Path) -> None:
    assert load(tmp_path, STORAGE_URL="file:///srv/my%20photos").uploads_dir == Path("/srv/my photos")


def test_production_needs_a_secret_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        load(tmp_path, CHAHE_ENV="production", SECRET_KEY="")

    assert not (tmp_path / "secret_key").exists()


def test_elsewhere_a_secret_is_made_once_and_kept_to_its_owner(tmp_path: Path) -> None:
    first, second = (load(tmp_path / "data", SECRET_KEY="").secret_key for _ in range(2))

    assert len(first) >= 32
    assert first == second
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(SettingsError, match="DATA_DIR"):
        load(tmp_path / "file" / "data", SECRET_KEY="")
