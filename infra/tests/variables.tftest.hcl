# A wrong variable is refused by its name, before anything is planned.

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

run "project_must_be_an_id" {
  command = plan
  variables { project = "Company Exchange" }
  expect_failures = [var.project]
}

run "region_must_not_be_a_zone" {
  command = plan
  variables { region = "europe-west1-b" }
  expect_failures = [var.region]
}

run "host_must_not_be_an_address" {
  command = plan
  variables { public_host = "https://exchange.example.ru/" }
  expect_failures = [var.public_host]
}

run "somebody_must_be_alerted" {
  command = plan
  variables { alert_emails = [] }
  expect_failures = [var.alert_emails]
}

run "connector_takes_exactly_sixteen_addresses" {
  command = plan
  variables { egress_range = "10.0.0.0/24" }
  expect_failures = [var.egress_range]
}

run "limit_of_requests_must_let_a_portal_work" {
  command = plan
  variables { requests_per_minute = 5 }
  expect_failures = [var.requests_per_minute]
}

run "an_application_needs_its_client_id" {
  command = plan
  variables { bitrix = { access = "application" } }
  expect_failures = [var.bitrix]
}

run "a_webhook_has_no_client_id" {
  command = plan
  variables { bitrix = { access = "webhook", client_id = "local.1" } }
  expect_failures = [var.bitrix]
}

run "dm_is_no_name_of_a_base" {
  command = plan
  variables {
    onec_bases = {
      dm = { url = "https://1c.example.ru/buh", user = "Обмен", configuration = "bp30", time_zone = "Europe/Moscow" }
    }
  }
  expect_failures = [var.onec_bases]
}

run "an_unknown_product_is_refused" {
  command = plan
  variables {
    onec_bases = {
      main = { url = "https://1c.example.ru/buh", user = "Обмен", configuration = "zup31", time_zone = "Europe/Moscow" }
    }
  }
  expect_failures = [var.onec_bases]
}

run "passwords_do_not_travel_over_plain_http" {
  command = plan
  variables { onec_dm = { url = "http://1c.example.ru/dm", user = "Обмен" } }
  expect_failures = [var.onec_dm]
}

run "an_exchange_with_nothing_is_refused" {
  command = plan
  variables {
    onec_dm    = null
    onec_bases = {}
  }
  expect_failures = [var.onec_dm]
}

run "a_rotation_names_a_secret_that_exists" {
  command = plan
  variables { secret_versions = { ONEC_RETAIL_PASSWORD = 2 } }
  expect_failures = [var.secret_versions]
}

run "documents_are_not_asked_more_often_than_allowed" {
  command = plan
  variables { document_sync_minutes = 1 }
  expect_failures = [var.document_sync_minutes]
}

run "a_region_is_one_of_this_world" {
  command = plan
  variables {
    region = "mars-north1"
  }
  expect_failures = [var.region]
}

run "the_stores_location_is_one_of_firestore" {
  command = plan
  variables {
    store_location = "moscow"
  }
  expect_failures = [var.store_location]
}

run "the_connectors_range_is_private" {
  command = plan
  variables {
    egress_range = "8.8.8.0/28"
  }
  expect_failures = [var.egress_range]
}

run "the_connectors_range_begins_where_it_says" {
  command = plan
  variables {
    egress_range = "10.0.0.5/28"
  }
  expect_failures = [var.egress_range]
}

run "bases_do_not_share_a_setting" {
  command = plan
  variables {
    onec_bases = {
      main     = { url = "https://1c.example.ru/buh", user = "Обмен", configuration = "bp30", time_zone = "Europe/Moscow" }
      main_web = { url = "https://1c.example.ru/trade", user = "Обмен", configuration = "ut11", time_zone = "Europe/Moscow" }
    }
  }
  expect_failures = [var.onec_bases]
}

run "somebody_logs_in_to_1c" {
  command = plan
  variables {
    onec_dm = { url = "https://1c.example.ru/dm", user = "" }
  }
  expect_failures = [var.onec_dm]
}

run "the_portals_limit_lets_something_through" {
  command = plan
  variables {
    bitrix = { access = "application", client_id = "local.1", burst = 0 }
  }
  expect_failures = [var.bitrix]
}

run "tokens_are_refreshed_at_host_names" {
  command = plan
  variables {
    bitrix = { access = "application", client_id = "local.1", auth_hosts = ["http://evil.example/x"] }
  }
  expect_failures = [var.bitrix]
}
