# The one database: mapping, bindings, waiting, journal, claims. Its collections, their expiry and the composite indexes
# that the code's queries need stand in firestore.json, which the tests compare with every query they see.

locals {
  database    = "exchange"
  firestore   = jsondecode(file("${path.module}/firestore.json"))
  collections = local.firestore.collections

  # Firestore indexes every field by itself; of payloads and write ids nobody ever asks.
  unindexed = merge([
    for collection, _ in local.collections : { for field in local.firestore.unindexed : "${collection} ${field}" => { collection = collection, field = field } }
  ]...)

  indexes = merge([
    for collection, kept in local.collections : {
      for index in kept.indexes : "${collection} ${join(" ", index)}" => {
        collection = collection
        fields     = [for field in index : { path = split(" ", field)[0], order = endswith(field, " desc") ? "DESCENDING" : "ASCENDING" }]
      }
    }
  ]...)
}

resource "google_firestore_database" "exchange" {
  name                              = local.database
  location_id                       = coalesce(var.store_location, var.region)
  type                              = "FIRESTORE_NATIVE"
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED" # any minute of the last seven days
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = var.deletion_protection ? "PREVENT" : "DELETE"

  depends_on = [terraform_data.services_answer]
}

resource "google_firestore_index" "composite" {
  for_each = local.indexes

  database   = google_firestore_database.exchange.name
  collection = each.value.collection

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value.path
      order      = fields.value.order
    }
  }
}

# Documents with `expire_at` go within a day of it; the code never shows them after that moment.
resource "google_firestore_field" "expiry" {
  for_each = { for collection, kept in local.collections : collection => kept if kept.expires }

  database   = google_firestore_database.exchange.name
  collection = each.key
  field      = local.firestore.expiry
  skip_wait  = true # nothing waits for a deletion

  ttl_config {}
}

resource "google_firestore_field" "unindexed" {
  for_each = local.unindexed

  database   = google_firestore_database.exchange.name
  collection = each.value.collection
  field      = each.value.field
  skip_wait  = true

  index_config {}
}

resource "google_firestore_backup_schedule" "daily" {
  database  = google_firestore_database.exchange.name
  retention = "604800s" # 7 days

  daily_recurrence {}
}

resource "google_firestore_backup_schedule" "weekly" {
  database  = google_firestore_database.exchange.name
  retention = "8467200s" # 14 weeks, the longest there is

  weekly_recurrence {
    day = "SUNDAY"
  }
}
