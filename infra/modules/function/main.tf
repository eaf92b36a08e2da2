# One function with everything that is its own: build, limits, settings, secrets, and who may call it.

terraform {
  required_providers {
    google = {
      source = "hashicorp/google"
    }
  }
}

resource "google_cloudfunctions2_function" "this" {
  name        = var.name
  location    = var.region
  description = var.description

  build_config {
    runtime           = "python313"
    entry_point       = var.entry_point
    service_account   = var.build_account
    docker_repository = var.repository

    source {
      storage_source {
        bucket = var.source_bucket
        object = var.source_object
      }
    }

    # Security patches of the runtime come without a deployment of ours.
    automatic_update_policy {}
  }

  service_config {
    available_memory                 = var.memory
    available_cpu                    = var.cpu
    timeout_seconds                  = var.timeout
    max_instance_request_concurrency = var.concurrency
    max_instance_count               = var.max_instances
    min_instance_count               = var.min_instances
    service_account_email            = var.service_account
    ingress_settings                 = var.ingress
    all_traffic_on_latest_revision   = true
    vpc_connector                    = var.egress ? var.connector : null
    vpc_connector_egress_settings    = var.egress ? "ALL_TRAFFIC" : null

    environment_variables = merge(
      { for name, value in var.settings : name => value if value != "" },
      {
        LOG_EXECUTION_ID = "true"
        THREADS          = tostring(var.concurrency) # the server's own default is four a CPU
      },
    )

    dynamic "secret_environment_variables" {
      for_each = var.secrets
      content {
        key        = secret_environment_variables.key
        project_id = var.project
        secret     = secret_environment_variables.value.secret
        version    = secret_environment_variables.value.version
      }
    }
  }

  lifecycle {
    precondition {
      condition     = !(contains(["process", "run"], var.entry_point) && contains(values(var.invokers), "allUsers"))
      error_message = "${var.name}: `${var.entry_point}` is private by design; only `receive` and `serve` are public."
    }
  }
}

# On the service beneath: a second-generation function's own invoker role opens nothing (facts).
resource "google_cloud_run_service_iam_member" "invoker" {
  for_each = var.invokers

  location = var.region
  service  = google_cloudfunctions2_function.this.name
  role     = "roles/run.invoker"
  member   = each.value

  lifecycle {
    replace_triggered_by = [google_cloudfunctions2_function.this.id] # a replaced function has lost it
  }
}
