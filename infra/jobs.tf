# One scheduler job for each function of kind `job`, at its manifest's schedule in the business time zone.

resource "google_cloud_scheduler_job" "run" {
  for_each = local.job_entries

  name             = each.key
  description      = each.value.about
  region           = var.region
  schedule         = each.value.schedule
  time_zone        = var.business_time_zone
  attempt_deadline = "${min(each.value.timeout + 15, 1800)}s" # a run that was cut off must have ended before the next

  # The next run comes within minutes and reads from the same watermark: repeating this one would gain nothing.
  retry_config {
    retry_count = 0
  }

  http_target {
    uri         = module.function[each.key].uri
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    body        = base64encode("{}")

    oidc_token {
      service_account_email = google_service_account.scheduler.email
      audience              = module.function[each.key].uri
    }
  }

  # No `paused`: what the watch or a person paused stays so through an apply.

  lifecycle {
    precondition {
      condition     = can(regex("^[0-9*/,A-Z-]+( [0-9*/,A-Z-]+){4}$", each.value.schedule))
      error_message = "${each.key}: schedule \"${each.value.schedule}\" is not five fields of unix-cron, e.g. */5 * * * *."
    }
  }

  depends_on = [terraform_data.services_answer]
}
