# Secrets one by one. Terraform makes them and their versions; values pass through write-only arguments, so neither plan
# nor state holds any. Functions name an exact version: a rotation is a new revision, never a surprise at a restart.

locals {
  application = var.bitrix.access == "application"

  base_passwords = [for name, _ in var.onec_bases : "ONEC_${upper(name)}_PASSWORD"]

  # Names only, decided by what this environment uses.
  secrets = sort(distinct(concat(
    local.application ? ["BITRIX_CLIENT_SECRET"] : ["BITRIX_WEBHOOK_URL"],
    !local.application || var.bitrix.outgoing_webhooks ? ["BITRIX_APPLICATION_TOKEN"] : [],
    local.base_passwords,
    var.onec_dm == null ? [] : ["ONEC_DM_KEYS", "ONEC_DM_PASSWORD"],
  )))
}

resource "google_secret_manager_secret" "setting" {
  for_each = toset(local.secrets)

  secret_id = each.key

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_secret_manager_secret_version" "setting" {
  for_each = toset(local.secrets)

  # Only a version that is made now needs its value (deploy.sh sees to it); the provider wants something to stand here always.
  secret                 = google_secret_manager_secret.setting[each.key].id
  secret_data_wo         = lookup(var.secret_values, each.key, "")
  secret_data_wo_version = tostring(lookup(var.secret_versions, each.key, 1))

  # The version before stays, disabled: revisions that name it can be brought back by enabling it.
  deletion_policy = "DISABLE"

  lifecycle {
    create_before_destroy = true
  }
}

# Which function may read which secret.
locals {
  secret_readers = merge([
    for name, entry in local.entries : { for secret in entry.secrets : "${name} ${secret}" => { name = name, secret = secret } }
  ]...)
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = local.secret_readers

  secret_id = google_secret_manager_secret.setting[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function[each.value.name].member
}
