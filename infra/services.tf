# The APIs, and what Terraform must know of the project itself.

data "google_project" "this" {}

resource "google_project_service" "needed" {
  for_each = toset([
    "artifactregistry", "cloudbuild", "cloudfunctions", "cloudscheduler", "cloudtasks", "compute", "firestore", "iam",
    "logging", "monitoring", "run", "secretmanager", "storage", "vpcaccess",
  ])

  service            = "${each.key}.googleapis.com"
  disable_on_destroy = false # another environment's habit must not switch off what a person uses here
}

# A service that was just switched on refuses for a while (the provider's guide, "Newly activated service errors").
resource "terraform_data" "services_answer" {
  triggers_replace = sort(keys(google_project_service.needed))

  provisioner "local-exec" {
    command = "sleep ${var.settle_seconds}"
  }

  depends_on = [google_project_service.needed]
}
