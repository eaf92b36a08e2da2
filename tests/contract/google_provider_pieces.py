"""Pieces of configuration for the contract of the simulated provider."""

from __future__ import annotations


def block(kind: str, name: str, body: str) -> str:
    """A resource block; `kind` is its type without `google_`."""
    return f'resource "google_{kind}" "{name}" {{\n{body}\n}}\n'


ACCOUNT = block("service_account", "a", 'account_id = "orders-fn"')
MEMBER = "member = google_service_account.a.member"
SECRET = block("secret_manager_secret", "s", 'secret_id = "token"\n replication {\n auto {}\n }')
VERSION = block("secret_manager_secret_version", "v", 'secret = google_secret_manager_secret.s.id\n secret_data = "x"')
READER = block(
    "secret_manager_secret_iam_member",
    "r",
    f'secret_id = google_secret_manager_secret.s.id\n role = "roles/secretmanager.secretAccessor"\n {MEMBER}',
)
BUCKET = block("storage_bucket", "b", 'name = "sources"\n location = "EU"\n public_access_prevention = "enforced"')
OBJECT = block("storage_bucket_object", "o", 'bucket = google_storage_bucket.b.name\n name = "f.zip"\n content = "c"')
DATABASE = block("firestore_database", "d", 'name = "(default)"\n location_id = "eur3"\n type = "FIRESTORE_NATIVE"')
QUEUE = 'name = "orders"\n location = "europe-west1"\n'


def function(service: str = "", rest: str = "", source: str = "f.zip", name: str = "orders") -> str:
    """A function, with the account and the source it needs."""
    return (
        BUCKET
        + OBJECT
        + ACCOUNT
        + f"""
resource "google_cloudfunctions2_function" "f" {{
  name     = "{name}"
  location = "europe-west1"
  build_config {{
    runtime     = "python312"
    entry_point = "f"
    source {{
      storage_source {{
        bucket = google_storage_bucket_object.o.bucket
        object = "{source}"
      }}
    }}
  }}
  service_config {{
    {service}
  }}
  {rest}
}}
"""
    )


def job(schedule: str = "* * * * *", target: str = "", rest: str = "") -> str:
    http = f'http_target {{\n uri = "https://x.example"\n {target}\n }}'
    return block("cloud_scheduler_job", "j", f'name = "sweep"\n schedule = "{schedule}"\n {http}\n {rest}')


def index(name: str, *fields: str) -> str:
    named = "".join(f'fields {{\n field_path = "{field}"\n order = "ASCENDING"\n }}\n' for field in fields)
    return block("firestore_index", name, f'database = google_firestore_database.d.name\n collection = "c"\n {named}')


def alert(kind: str, filter_: str, rest: str, strategy: str = "") -> str:
    """An alert policy of one condition."""
    condition = f'conditions {{\n display_name = "c"\n {kind} {{\n filter = {filter_}\n {rest}\n }}\n }}'
    return block("monitoring_alert_policy", "p", f'display_name = "p"\n combiner = "OR"\n {condition}\n {strategy}')
