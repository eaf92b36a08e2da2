# What the exchange writes in its own lines becomes metrics; which, and when somebody is told, stands in metrics.json,
# which the tests hold against the code.

locals {
  catalogue = { for metric in jsondecode(file("${path.module}/metrics.json")).metrics : metric.name => metric }
  alerting  = { for name, metric in local.catalogue : name => metric if metric.alert != null }

  metric_filters = {
    for name, metric in local.catalogue :
    name => "resource.type = \"cloud_run_revision\" AND metric.type = \"logging.googleapis.com/user/${google_logging_metric.line[name].name}\""
  }

  # Cloud Logging knows no gauges: a distribution of one value a minute, whose mean is that value, exactly.
  aggregations = {
    for name, metric in local.catalogue : name => {
      period  = metric.kind == "gauge" ? 300 : try(metric.alert.within_seconds, 300)
      aligner = "ALIGN_DELTA"
      reducer = metric.kind == "gauge" ? "REDUCE_MEAN" : "REDUCE_SUM"
      groups  = [for label in metric.labels : "metric.label.${label}"]
    }
  }
}

resource "google_logging_metric" "line" {
  for_each = local.catalogue

  name        = "exchange/${each.key}"
  description = each.value.means
  filter      = "resource.type=\"cloud_run_revision\" AND jsonPayload.message=\"${each.value.line}\"${each.value.kind == "gauge" ? " AND jsonPayload.${each.value.field}:*" : ""}"

  value_extractor  = each.value.kind == "gauge" ? "EXTRACT(jsonPayload.${each.value.field})" : null
  label_extractors = { for label in each.value.labels : label => "EXTRACT(jsonPayload.${label})" }

  metric_descriptor {
    metric_kind  = "DELTA"
    value_type   = each.value.kind == "gauge" ? "DISTRIBUTION" : "INT64"
    unit         = try(each.value.unit, "1")
    display_name = "Exchange: ${replace(each.key, "_", " ")}"

    dynamic "labels" {
      for_each = each.value.labels
      content {
        key = labels.value
      }
    }
  }

  dynamic "bucket_options" {
    for_each = each.value.kind == "gauge" ? [1] : []
    content {
      exponential_buckets {
        num_finite_buckets = 40
        growth_factor      = 2
        scale              = 1
      }
    }
  }

  depends_on = [terraform_data.services_answer]
}

# An alert on a metric that was just made is refused as unknown for up to some minutes.
resource "terraform_data" "metrics_are_known" {
  triggers_replace = sort(concat(keys(google_logging_metric.line), [google_logging_metric.failed_runs.name]))

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }
}

resource "google_monitoring_alert_policy" "line" {
  for_each = local.alerting

  display_name          = "Exchange ${var.environment}: ${replace(each.key, "_", " ")}"
  combiner              = "OR"
  severity              = each.value.alert.severity
  notification_channels = local.channels

  conditions {
    display_name = (
      each.value.kind == "counter" ? "more than ${each.value.alert.above} within ${each.value.alert.within_seconds} s" :
      can(each.value.alert.below) ? "below ${each.value.alert.below} for ${each.value.alert.for_seconds} s" :
      "above ${each.value.alert.above} for ${each.value.alert.for_seconds} s"
    )

    condition_threshold {
      filter          = local.metric_filters[each.key]
      comparison      = can(each.value.alert.below) ? "COMPARISON_LT" : "COMPARISON_GT"
      threshold_value = try(each.value.alert.below, each.value.alert.above)
      duration        = "${try(each.value.alert.for_seconds, 0)}s"

      aggregations {
        alignment_period     = "${local.aggregations[each.key].period}s"
        per_series_aligner   = local.aggregations[each.key].aligner
        cross_series_reducer = local.aggregations[each.key].reducer
        group_by_fields      = local.aggregations[each.key].groups
      }
    }
  }

  # A counter without lines has no data, and an open incident tells nobody again: it closes as soon as it may.
  alert_strategy {
    auto_close = each.value.kind == "counter" ? "1800s" : "86400s"
  }

  documentation {
    content = "${each.value.means}\n\n${replace(each.value.alert.do, "./deploy.sh ", "./deploy.sh in ${var.environment} ")}"
  }

  depends_on = [terraform_data.metrics_are_known]
}
