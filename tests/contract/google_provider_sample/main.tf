# One resource of every type the simulator knows: together a small exchange.
terraform {
  required_version = ">= 1.11"
  required_providers {
    google = { source = "hashicorp/google", version = "~> 7.45" }
  }
  backend "gcs" {}
}

provider "google" {
  project        = var.project
  region         = var.region
  default_labels = { environment = "sample" }
}

variable "project" {
  type    = string
  default = "demo-shop"
}

variable "region" {
  type    = string
  default = "europe-west1"
}

variable "token" {
  type      = string
  default   = "a very secret token"
  ephemeral = true
}

data "google_project" "this" {}
data "google_client_config" "this" {}
data "google_storage_project_service_account" "this" {}

resource "google_project_service" "this" {
  for_each = toset([
    "artifactregistry", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "cloudscheduler", "cloudtasks",
    "compute", "firestore", "iam", "run", "secretmanager", "vpcaccess",
  ])
  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false
}

resource "google_service_account" "function" {
  account_id   = "orders-function"
  display_name = "Orders"
  depends_on   = [google_project_service.this]
}

resource "google_project_iam_custom_role" "pauser" {
  role_id     = "queuePauser"
  title       = "Pauses queues"
  permissions = ["cloudtasks.queues.pause", "cloudtasks.queues.resume"]
  depends_on  = [google_project_service.this]
}

resource "google_project_iam_member" "pauser" {
  project = var.project
  role    = google_project_iam_custom_role.pauser.id
  member  = google_service_account.function.member
}

resource "google_service_account_iam_member" "itself" {
  service_account_id = google_service_account.function.name
  role               = "roles/iam.serviceAccountUser"
  member             = google_service_account.function.member
}

resource "google_storage_bucket" "source" {
  name                        = "${var.project}-source"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true
  versioning { enabled = true }
  lifecycle_rule {
    condition { num_newer_versions = 3 }
    action { type = "Delete" }
  }
}

resource "google_storage_bucket_iam_member" "builder" {
  bucket = google_storage_bucket.source.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.function.member
}

resource "google_storage_bucket_object" "source" {
  name    = "orders.zip"
  bucket  = google_storage_bucket.source.name
  content = "the packed function"
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "images"
  location      = var.region
  format        = "DOCKER"
  depends_on    = [google_project_service.this]
}

resource "google_artifact_registry_repository_iam_member" "builder" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.function.member
}

resource "google_secret_manager_secret" "token" {
  secret_id = "token"
  replication {
    auto {}
  }
  depends_on = [google_project_service.this]
}

resource "google_secret_manager_secret_version" "token" {
  secret                 = google_secret_manager_secret.token.id
  secret_data_wo         = var.token
  secret_data_wo_version = 1
}

resource "google_secret_manager_secret_iam_member" "function" {
  secret_id = google_secret_manager_secret.token.secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function.member
}

resource "google_cloudfunctions2_function" "orders" {
  name     = "orders"
  location = var.region
  build_config {
    runtime           = "python312"
    entry_point       = "orders"
    docker_repository = google_artifact_registry_repository.images.id
    source {
      storage_source {
        bucket = google_storage_bucket.source.name
        object = google_storage_bucket_object.source.name
      }
    }
  }
  service_config {
    service_account_email         = google_service_account.function.email
    available_memory              = "256Mi"
    vpc_connector                 = google_vpc_access_connector.out.id
    vpc_connector_egress_settings = "ALL_TRAFFIC"
    environment_variables         = { QUEUE = google_cloud_tasks_queue.orders.id }
    secret_environment_variables {
      key        = "TOKEN"
      project_id = var.project
      secret     = google_secret_manager_secret.token.secret_id
      version    = google_secret_manager_secret_version.token.version
    }
  }
  depends_on = [google_secret_manager_secret_iam_member.function]
}

data "google_cloud_run_v2_service" "orders" {
  name     = google_cloudfunctions2_function.orders.name
  location = var.region
}

resource "google_cloud_run_service_iam_member" "public" {
  service  = google_cloudfunctions2_function.orders.name
  location = var.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}

resource "google_cloud_run_v2_service_iam_member" "itself" {
  name     = google_cloudfunctions2_function.orders.name
  location = var.region
  role     = "roles/run.invoker"
  member   = google_service_account.function.member
}

resource "google_cloud_tasks_queue" "orders" {
  name     = "orders"
  location = var.region
  rate_limits { max_concurrent_dispatches = 2 }
  depends_on = [google_project_service.this]
}

resource "google_cloud_tasks_queue_iam_member" "function" {
  name     = google_cloud_tasks_queue.orders.name
  location = var.region
  role     = "roles/cloudtasks.enqueuer"
  member   = google_service_account.function.member
}

resource "google_cloud_scheduler_job" "sweep" {
  name      = "sweep"
  schedule  = "*/5 * * * *"
  time_zone = "Europe/Moscow"
  retry_config { retry_count = 1 }
  http_target {
    uri         = google_cloudfunctions2_function.orders.service_config[0].uri
    http_method = "POST"
    headers     = { "Content-Type" = "application/json" }
    oidc_token { service_account_email = google_service_account.function.email }
  }
}

output "addresses" {
  value = data.google_cloud_run_v2_service.orders.urls
}

output "number" {
  value = data.google_project.this.number
}
