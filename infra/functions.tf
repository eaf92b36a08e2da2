# The functions themselves, all of one kind: what differs stands in their manifests.

module "function" {
  for_each = local.entries
  source   = "./modules/function"

  name            = each.key
  description     = each.value.about
  region          = var.region
  project         = var.project
  entry_point     = each.value.entry_point
  source_bucket   = google_storage_bucket.sources.name
  source_object   = google_storage_bucket_object.source[each.value.folder].name
  build_account   = google_service_account.build.id
  repository      = google_artifact_registry_repository.images.id
  service_account = google_service_account.function[each.key].email
  memory          = each.value.memory
  cpu             = each.value.cpu
  timeout         = each.value.timeout
  concurrency     = each.value.concurrency
  max_instances   = each.value.max_instances
  min_instances   = max(each.value.min_instances, each.value.public && local.is_interactive[each.value.folder] ? var.warm_receivers : 0)
  settings        = local.settings
  egress          = each.value.egress && var.static_egress
  connector       = local.connector

  secrets = {
    for name in each.value.secrets : name => {
      secret  = google_secret_manager_secret.setting[name].secret_id
      version = google_secret_manager_secret_version.setting[name].version
    }
  }

  # A public function answers the load balancer only, a private one the queue and scheduler of this project only.
  ingress = each.value.public ? "ALLOW_INTERNAL_AND_GCLB" : "ALLOW_INTERNAL_ONLY"
  invokers = (
    each.value.public ? tomap({ everybody = "allUsers" }) :
    each.value.entry_point == "process" ? tomap({ tasks = google_service_account.tasks.member }) :
    tomap({ scheduler = google_service_account.scheduler.member })
  )

  depends_on = [
    google_firestore_index.composite, # new code asks what only a new index answers
    terraform_data.rights_have_spread,
  ]
}

locals {
  is_interactive = {
    for folder, manifest in local.manifests :
    folder => anytrue([for settings in values(manifest.entry_points) : try(settings.queue, "") == "interactive"])
  }
}
