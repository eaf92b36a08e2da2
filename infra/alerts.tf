# Who is told when something stands still. What the exchange itself knows comes from its log lines (metrics.tf); here is
# what only the platform sees: that a job no longer runs, that the host no longer answers, that a queue grows.

resource "google_monitoring_notification_channel" "email" {
  for_each = var.alert_emails

  display_name = "Exchange ${var.environment}: ${each.key}"
  type         = "email"
  labels       = { email_address = each.key }

  # Alerts let go of it first.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [terraform_data.services_answer]
}

locals {
  channels = [for channel in google_monitoring_notification_channel.email : channel.id]

  # The watch tells of every other job that lags; its own silence nobody else would notice.
  heartbeats      = { for name, entry in local.job_entries : name => entry if entry.exchange == "all" }
  silence_minutes = 10
}

resource "google_monitoring_alert_policy" "silence" {
  for_each = local.heartbeats

  display_name          = "Exchange ${var.environment}: ${each.key} is silent"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "no successful run for ${local.silence_minutes} minutes"

    condition_absent {
      duration = "${local.silence_minutes * 60}s"
      filter = join(" AND ", [
        "resource.type = \"cloud_run_revision\"",
        "resource.labels.service_name = \"${each.key}\"",
        "metric.type = \"run.googleapis.com/request_count\"",
        "metric.labels.response_code_class = \"2xx\"",
      ])

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
      }
    }
  }

  documentation {
    subject = "${each.key} has not run for ${local.silence_minutes} minutes"
    content = <<-TEXT
      ${each.value.about}

      Look: `./deploy.sh in ${var.environment} pause list` (is the job paused, by whom?), then the logs of the Cloud Run service
      `${each.key}` and of the Cloud Scheduler job of the same name.
    TEXT
  }
}

# Absence is noticed only after a first success: a job that never ran is told of by the scheduler's own log.
resource "google_logging_metric" "failed_runs" {
  name        = "exchange/failed_runs"
  description = "Runs of scheduled jobs that the scheduler could not start or that answered with an error."
  filter      = "resource.type=\"cloud_scheduler_job\" AND severity>=ERROR"

  label_extractors = { job = "EXTRACT(resource.labels.job_id)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    labels {
      key = "job"
    }
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_monitoring_alert_policy" "failed_runs" {
  display_name          = "Exchange ${var.environment}: a job fails"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "more than three failed runs within ten minutes"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      threshold_value = 3
      duration        = "0s"
      filter          = "resource.type = \"cloud_scheduler_job\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.failed_runs.name}\""

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["metric.label.job"]
      }
    }
  }

  alert_strategy {
    auto_close = "1800s"
  }

  documentation {
    content = "The log of the Cloud Scheduler job names the answer; 403 is a missing right to call, 5xx stands in the logs of the service of the same name."
  }

  depends_on = [terraform_data.metrics_are_known]
}

resource "google_monitoring_alert_policy" "refused_by_us" {
  display_name          = "Exchange ${var.environment}: senders are answered with errors"
  combiner              = "OR"
  severity              = "ERROR"
  notification_channels = local.channels

  conditions {
    display_name = "a public function answers 5xx"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      threshold_value = 5
      duration        = "0s"
      filter = join(" AND ", [
        "resource.type = \"cloud_run_revision\"",
        "resource.labels.service_name = one_of(${join(", ", [for name in keys(local.public_entries) : "\"${name}\""])})",
        "metric.type = \"run.googleapis.com/request_count\"",
        "metric.labels.response_code_class = \"5xx\"",
      ])

      aggregations {
        alignment_period     = "600s"
        per_series_aligner   = "ALIGN_DELTA"
        cross_series_reducer = "REDUCE_SUM"
        group_by_fields      = ["resource.label.service_name"]
      }
    }
  }

  alert_strategy {
    auto_close = "1800s" # without errors there is no data, and an open incident tells nobody again
  }

  documentation {
    content = <<-TEXT
      More than five events within ten minutes could not be kept. The sweeps find what Bitrix24 and 1C do not send again, so nothing
      is lost; but the queue or the settings need a look: logs of the service, counter `not_kept`.
    TEXT
  }
}

resource "google_monitoring_alert_policy" "queue_depth" {
  for_each = local.queues

  display_name          = "Exchange ${var.environment}: queue ${each.key} grows"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels

  conditions {
    display_name = "more than ${var.queue_depth_alert} tasks for 30 minutes"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      threshold_value = var.queue_depth_alert
      duration        = "1800s"
      filter = join(" AND ", [
        "resource.type = \"cloud_tasks_queue\"",
        "resource.labels.queue_id = \"${google_cloud_tasks_queue.class[each.key].name}\"",
        "metric.type = \"cloudtasks.googleapis.com/queue/depth\"",
      ])

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MEAN"
      }
    }
  }

  documentation {
    content = <<-TEXT
      A first publication of many files may stand here for an hour. Otherwise: `./deploy.sh in ${var.environment} pause list` (is the
      queue paused, by whom?), `waiting list` (does a side refuse?).
    TEXT
  }
}

# From outside, as Bitrix24 sees us: DNS, certificate, load balancer, function. GET is refused, and 405 is the right answer.
resource "google_monitoring_uptime_check_config" "public" {
  display_name     = "Exchange ${var.environment}: ${var.public_host}"
  period           = "900s" # each look is a refused request of ours too
  timeout          = "10s"
  selected_regions = ["EUROPE", "USA_VIRGINIA", "ASIA_PACIFIC"]

  http_check {
    path         = "/${keys(local.public_entries)[0]}"
    port         = 443
    use_ssl      = true
    validate_ssl = true

    accepted_response_status_codes {
      status_value = 405
    }
  }

  lifecycle {
    create_before_destroy = true # the alert lets go of it first
  }

  monitored_resource {
    type = "uptime_url"
    labels = {
      project_id = var.project
      host       = var.public_host
    }
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_monitoring_alert_policy" "unreachable" {
  display_name          = "Exchange ${var.environment}: ${var.public_host} does not answer"
  combiner              = "OR"
  severity              = "CRITICAL"
  notification_channels = local.channels

  conditions {
    display_name = "the last checks of two regions failed"

    condition_threshold {
      comparison      = "COMPARISON_GT"
      threshold_value = 1
      duration        = "0s"
      filter = join(" AND ", [
        "resource.type = \"uptime_url\"",
        "metric.type = \"monitoring.googleapis.com/uptime_check/check_passed\"",
        "metric.labels.check_id = \"${google_monitoring_uptime_check_config.public.uptime_check_id}\"",
      ])

      aggregations {
        alignment_period     = "1200s"
        per_series_aligner   = "ALIGN_NEXT_OLDER"
        cross_series_reducer = "REDUCE_COUNT_FALSE"
      }
    }
  }

  documentation {
    content = <<-TEXT
      Events do not reach us; the sweeps carry what happens meanwhile within five minutes. DNS record of ${var.public_host}, state of the
      certificate (`gcloud compute ssl-certificates list`), logs of the load balancer.
    TEXT
  }
}
