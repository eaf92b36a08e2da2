# Two classes of work (design §4). Rates and retries are those of the embedded queue (common/queue/policy.py; a test
# compares). After the last attempt Cloud Tasks forgets a task: the function keeps it as a dead letter on that attempt,
# which is why QUEUE_MAX_ATTEMPTS comes from here.

locals {
  max_attempts = 10

  queues = {
    interactive = { concurrent = 8, per_second = 50, min_backoff = "1s", max_doublings = 6, max_backoff = "300s" }
    bulk        = { concurrent = 8, per_second = 10, min_backoff = "10s", max_doublings = 3, max_backoff = "300s" }
  }
}

resource "google_cloud_tasks_queue" "class" {
  for_each = local.queues

  name     = each.key
  location = var.region

  rate_limits {
    max_concurrent_dispatches = each.value.concurrent
    max_dispatches_per_second = each.value.per_second
  }

  # No max_retry_duration: Cloud Tasks stops only when both limits are used up, and attempts alone shall decide.
  retry_config {
    max_attempts  = local.max_attempts
    min_backoff   = each.value.min_backoff
    max_doublings = each.value.max_doublings
    max_backoff   = each.value.max_backoff
  }

  # Every attempt: a task that never reached its function has no other trace.
  stackdriver_logging_config {
    sampling_ratio = 1
  }

  # No desired_state: what the watch or a person paused stays so through an apply.

  depends_on = [terraform_data.services_answer]
}
