resource "google_firestore_database" "this" {
  name                              = "(default)"
  location_id                       = "eur3"
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  deletion_policy                   = "DELETE"
  depends_on                        = [google_project_service.this]
}

resource "google_firestore_index" "letters" {
  database   = google_firestore_database.this.name
  collection = "dead_letters"
  fields {
    field_path = "exchange"
    order      = "ASCENDING"
  }
  fields {
    field_path = "moment"
    order      = "DESCENDING"
  }
}

resource "google_firestore_field" "expiry" {
  database   = google_firestore_database.this.name
  collection = "seen"
  field      = "expires"
  ttl_config {}
  index_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.this.name
  retention = "604800s"
  daily_recurrence {}
}

resource "google_logging_project_bucket_config" "default" {
  project        = var.project
  location       = "global"
  bucket_id      = "_Default"
  retention_days = 30
}

resource "google_logging_metric" "letters" {
  name   = "dead_letters"
  filter = "jsonPayload.event=\"dead_letter\""
  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "exchange"
      value_type = "STRING"
    }
  }
  label_extractors = { exchange = "EXTRACT(jsonPayload.exchange)" }
}

resource "google_monitoring_notification_channel" "mail" {
  display_name = "Operators"
  type         = "email"
  labels       = { email_address = "operators@example.com" }
}

resource "google_monitoring_alert_policy" "letters" {
  display_name          = "Dead letters"
  combiner              = "OR"
  notification_channels = [google_monitoring_notification_channel.mail.name]
  conditions {
    display_name = "Any"
    condition_threshold {
      filter          = "metric.type=\"logging.googleapis.com/user/${google_logging_metric.letters.name}\" AND resource.type=\"cloud_run_revision\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"
      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_SUM"
      }
    }
  }
}

resource "google_monitoring_dashboard" "this" {
  dashboard_json = jsonencode({ displayName = "Exchange", gridLayout = { columns = "2" } })
}

resource "google_monitoring_uptime_check_config" "public" {
  display_name = "public"
  timeout      = "10s"
  http_check { use_ssl = true }
  monitored_resource {
    type   = "uptime_url"
    labels = { host = "exchange.example.com", project_id = var.project }
  }
}
