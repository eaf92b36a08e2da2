output "name" {
  value = google_cloudfunctions2_function.this.name

  # Whoever calls the function waits until he may.
  depends_on = [google_cloud_run_service_iam_member.invoker]
}

output "uri" {
  description = "Address of the service beneath: what private callers call, and the audience of their tokens."
  value       = google_cloudfunctions2_function.this.service_config[0].uri

  depends_on = [google_cloud_run_service_iam_member.invoker]
}

output "service" {
  description = "Name of the Cloud Run service beneath, known once it exists: who reads it does so after that."
  value       = basename(google_cloudfunctions2_function.this.id)
}
