# The settings every function gets, by the names of the README's table; secrets are not among them.

locals {
  settings = merge(
    {
      STORE_URL                  = "firestore://${var.project}/${local.database}"
      QUEUE_URL                  = "cloudtasks://${var.project}/${var.region}"
      TASKS_SERVICE_ACCOUNT      = google_service_account.tasks.email
      PROCESS_URL_PATTERN        = local.process_url_pattern
      QUEUE_MAX_ATTEMPTS         = tostring(local.max_attempts)
      PUBLIC_BASE_URL            = "https://${var.public_host}"
      ADMIN_USER_IDS             = join(",", var.admin_user_ids)
      ACCOUNTANT_USER_IDS        = join(",", var.accountant_user_ids)
      BUSINESS_TIME_ZONE         = var.business_time_zone
      LANGUAGE                   = var.language
      DOCUMENT_SYNC_MINUTES      = tostring(var.document_sync_minutes)
      BITRIX_CLIENT_ID           = var.bitrix.client_id
      BITRIX_MEMBER_ID           = var.bitrix.member_id
      BITRIX_AUTH_HOSTS          = join(",", var.bitrix.auth_hosts)
      BITRIX_REQUESTS_PER_SECOND = tostring(var.bitrix.requests_per_second)
      BITRIX_BURST               = tostring(var.bitrix.burst)
      ONEC_BASES                 = join(",", keys(var.onec_bases))
      ONEC_DM_URL                = try(var.onec_dm.url, "")
      ONEC_DM_USER               = try(var.onec_dm.user, "")
    },
    merge([
      for name, base in var.onec_bases : {
        for field, value in {
          URL           = base.url
          USER          = base.user
          CONFIGURATION = base.configuration
          TIME_ZONE     = base.time_zone
          WEB_URL       = base.web_url
        } : "ONEC_${upper(name)}_${field}" => value
      }
    ]...),
  )

  # Cloud Run gives every service an address that can be told before it exists. Needed, because a function puts tasks for
  # itself: its own settings would otherwise wait for its own address. Below it is compared with what came of it.
  process_url_pattern = "https://{}-${data.google_project.this.number}.${var.region}.run.app"
  process_urls        = { for name, _ in local.process_entries : name => replace(local.process_url_pattern, "{}", name) }
}

# What became of the addresses that were told beforehand.
data "google_cloud_run_v2_service" "process" {
  for_each = local.process_urls

  name     = module.function[each.key].service
  location = var.region

  lifecycle {
    postcondition {
      condition     = contains(self.urls, each.value)
      error_message = "Cloud Run did not give ${each.key} the address ${each.value} but ${join(", ", self.urls)}: tasks would not arrive."
    }
  }
}
