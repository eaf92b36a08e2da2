# Where sources and images lie, and in whose name images are built. A build account of our own: the default one of a
# new project has no rights to read the source, write the image or write logs (facts: build account trap).

resource "google_storage_bucket" "sources" {
  name                        = "${var.project}-exchange-sources"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = true # holds only what can be packed again from the repository

  depends_on = [terraform_data.services_answer]
}

# The hash in the name: changed bytes are another object, so the function is redeployed; unchanged ones are not.
resource "google_storage_bucket_object" "source" {
  for_each = local.manifests

  name         = "${each.key}/${filesha256(local.packages[each.key])}.zip"
  bucket       = google_storage_bucket.sources.name
  source       = local.packages[each.key]
  content_type = "application/zip"

  # A rollback names an earlier object again; it must still lie there while an earlier revision may be built anew.
  deletion_policy = "ABANDON"

  lifecycle {
    create_before_destroy = true
  }
}

locals {
  packages = { for folder, _ in local.manifests : folder => "${path.module}/../build/${folder}.zip" }
}

resource "google_artifact_registry_repository" "images" {
  repository_id = "exchange"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the exchange's functions, built by Cloud Build"

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 5
    }
  }
  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "7776000s" # 90 days
    }
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_service_account" "build" {
  account_id   = "exchange-build"
  display_name = "Builds the exchange's functions"

  depends_on = [terraform_data.services_answer]
}

resource "google_storage_bucket_iam_member" "build_reads_sources" {
  bucket = google_storage_bucket.sources.name
  role   = "roles/storage.objectViewer"
  member = google_service_account.build.member
}

# The platform copies each source into a bucket of its own making before it builds.
resource "google_project_iam_member" "build_reads_copies" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = google_service_account.build.member

  condition {
    title      = "copies-of-sources-only"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${data.google_project.this.number}-\")"
  }
}

resource "google_artifact_registry_repository_iam_member" "build_writes_images" {
  repository = google_artifact_registry_repository.images.name
  location   = google_artifact_registry_repository.images.location
  role       = "roles/artifactregistry.writer"
  member     = google_service_account.build.member
}

resource "google_project_iam_member" "build_writes_logs" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = google_service_account.build.member
}

# Rights take about a minute to spread; a build, or an instance that reads a secret, would fail before that. So only when
# there are new ones.
resource "terraform_data" "rights_have_spread" {
  triggers_replace = [google_service_account.build.unique_id, sort(keys(local.secret_readers)), sort(keys(local.entries))]

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }

  depends_on = [
    google_artifact_registry_repository_iam_member.build_writes_images,
    google_project_iam_member.build_reads_copies,
    google_project_iam_member.build_writes_logs,
    google_project_iam_member.store,
    google_secret_manager_secret_iam_member.reader,
    google_storage_bucket_iam_member.build_reads_sources,
  ]
}
