# Who acts: one account for each deployed function, one in whose name the queue calls, one for the scheduler.
# Every grant is a single member of a single role on the smallest thing that takes one.

resource "google_service_account" "function" {
  for_each = local.entries

  account_id   = each.key
  display_name = each.key         # at most 100 bytes
  description  = each.value.about # at most 256

  depends_on = [terraform_data.services_answer]
}

resource "google_service_account" "tasks" {
  account_id   = "exchange-tasks"
  display_name = "In whose name Cloud Tasks calls `process` functions"

  depends_on = [terraform_data.services_answer]
}

resource "google_service_account" "scheduler" {
  account_id   = "exchange-scheduler"
  display_name = "In whose name Cloud Scheduler calls jobs"

  depends_on = [terraform_data.services_answer]
}

# Firestore knows no rights by collection; the condition keeps to this one database.
resource "google_project_iam_member" "store" {
  for_each = local.entries

  project = var.project
  role    = "roles/datastore.user"
  member  = google_service_account.function[each.key].member

  condition {
    title      = "exchange-database-only"
    expression = "resource.name == \"projects/${var.project}/databases/${local.database}\""
  }
}

# Who puts tasks: on the queue itself, and leave to name the account that Cloud Tasks calls as.
locals {
  putters = merge([
    for name, entry in local.entries : { for queue in entry.puts : "${name} ${queue}" => { name = name, queue = queue } }
  ]...)
}

resource "google_cloud_tasks_queue_iam_member" "putter" {
  for_each = local.putters

  name     = google_cloud_tasks_queue.class[each.value.queue].name
  location = var.region
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.function[each.value.name].member
}

resource "google_service_account_iam_member" "putter_acts_as_tasks" {
  for_each = { for name, entry in local.entries : name => entry if length(entry.puts) > 0 }

  service_account_id = google_service_account.tasks.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function[each.key].member
}

# Who may pause: the watch alone. Predefined roles would also let it create, delete and purge.
resource "google_project_iam_custom_role" "pauses_queues" {
  role_id     = "exchangePausesQueues"
  title       = "Exchange: pauses queues"
  description = "See, pause and resume a queue"
  permissions = ["cloudtasks.queues.get", "cloudtasks.queues.pause", "cloudtasks.queues.resume"]

  depends_on = [terraform_data.services_answer]
}

resource "google_project_iam_custom_role" "pauses_jobs" {
  role_id     = "exchangePausesJobs"
  title       = "Exchange: pauses jobs"
  description = "See, pause and resume a scheduler job"
  permissions = ["cloudscheduler.jobs.enable", "cloudscheduler.jobs.get", "cloudscheduler.jobs.pause"]

  depends_on = [terraform_data.services_answer]
}

locals {
  pausers = { for name, entry in local.entries : name => entry if entry.pauses }

  queue_pausers = merge([
    for name, _ in local.pausers : { for queue, _ in local.queues : "${name} ${queue}" => { name = name, queue = queue } }
  ]...)
}

resource "google_cloud_tasks_queue_iam_member" "pauser" {
  for_each = local.queue_pausers

  name     = google_cloud_tasks_queue.class[each.value.queue].name
  location = var.region
  role     = google_project_iam_custom_role.pauses_queues.id
  member   = google_service_account.function[each.value.name].member
}

# Cloud Scheduler takes no rights on a single job.
resource "google_project_iam_member" "pauser" {
  for_each = local.pausers

  project = var.project
  role    = google_project_iam_custom_role.pauses_jobs.id
  member  = google_service_account.function[each.key].member
}
