# What stands when everything is right: the few promises that a reader of infra/ should find stated in its own language.
# The whole plan is held against manifests, code and policy by the Python tests.

mock_provider "google" {
  override_during = plan

  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_cloud_run_v2_service" {
    defaults = {
      urls = [
        "https://bitrix-deal-changed-process-123456789012.europe-west1.run.app",
        "https://bitrix-file-submitted-process-123456789012.europe-west1.run.app",
        "https://onec-document-changed-process-123456789012.europe-west1.run.app",
      ]
    }
  }
}

variables {
  environment    = "test"
  project        = "company-exchange-test"
  region         = "europe-west1"
  public_host    = "exchange.example.ru"
  alert_emails   = ["it@example.ru"]
  bitrix         = { access = "application", client_id = "local.1" }
  onec_dm        = { url = "https://1c.example.ru/dm", user = "Обмен" }
  admin_user_ids = [1]
  settle_seconds = 0

  onec_bases = {
    main = { url = "https://1c.example.ru/buh", user = "Обмен", configuration = "bp30", time_zone = "Europe/Moscow" }
  }
}

run "everything_that_is_public_receives" {
  command = plan

  assert {
    condition     = alltrue([for entry in values(local.public_entries) : contains(["receive", "serve"], entry.entry_point)])
    error_message = "Only `receive` and `serve` are public."
  }
  assert {
    condition     = join(",", keys(google_compute_backend_service.public)) == join(",", keys(local.public_entries))
    error_message = "The host answers for exactly the public functions."
  }
}

run "an_application_keeps_no_webhook_secret" {
  command = plan

  assert {
    condition     = join(",", local.secrets) == "BITRIX_CLIENT_SECRET,ONEC_DM_KEYS,ONEC_DM_PASSWORD,ONEC_MAIN_PASSWORD"
    error_message = "Secrets are those this environment uses, one by one."
  }
}

run "webhooks_bring_their_tokens" {
  command = plan
  variables { bitrix = { access = "webhook" } }

  assert {
    condition     = contains(local.secrets, "BITRIX_APPLICATION_TOKEN") && contains(local.secrets, "BITRIX_WEBHOOK_URL") && !contains(local.secrets, "BITRIX_CLIENT_SECRET")
    error_message = "With webhooks the incoming one's address and the outgoing ones' tokens are the secrets."
  }
}

run "receivers_know_no_password_of_1c" {
  command = plan

  assert {
    condition     = alltrue([for entry in values(local.entries) : !entry.public || length([for name in entry.secrets : name if endswith(name, "_PASSWORD")]) == 0])
    error_message = "A public function has no business with a password of 1C."
  }
}

run "without_the_fixed_address_there_is_no_network" {
  command = plan
  variables { static_egress = false }

  assert {
    condition     = length(google_compute_network.egress) == 0 && output.egress_address == null
    error_message = "static_egress = false makes no network, connector or gateway."
  }
}
