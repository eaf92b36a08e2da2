# One host for everything public: Bitrix24 wants its application's handlers on one domain. https://<public_host>/<name>
# reaches the public function of that name; every other path answers 404 here, before any function.

resource "google_compute_global_address" "public" {
  name = "exchange-public"

  # DNS points to it, and Bitrix24 and 1C to that name.
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_managed_ssl_certificate" "public" {
  name = "exchange-${substr(sha256(var.public_host), 0, 8)}"

  managed {
    domains = [var.public_host]
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_ssl_policy" "public" {
  name            = "exchange"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2" # Bitrix24's senders and 1C 8.3 speak it; neither promises more

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_region_network_endpoint_group" "public" {
  for_each = local.public_entries

  name                  = each.key
  region                = var.region
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = each.key # by its name: a group may stand before its service, and must outlive a replaced one
  }

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_backend_service" "public" {
  for_each = local.public_entries

  name                  = each.key
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = one(google_compute_security_policy.public[*].id)

  backend {
    group = google_compute_region_network_endpoint_group.public[each.key].id
  }

  # The host's map lets go of it first.
  lifecycle {
    create_before_destroy = true
  }

  # The functions write their own line for each request they refuse; here only a sample for what never reached them.
  log_config {
    enable      = true
    sample_rate = 0.1
  }
}

resource "google_compute_url_map" "public" {
  name            = "exchange"
  default_service = local.any_public_backend

  default_route_action {
    fault_injection_policy {
      abort {
        http_status = 404
        percentage  = 100
      }
    }
  }

  host_rule {
    hosts        = [var.public_host]
    path_matcher = "functions"
  }

  path_matcher {
    name            = "functions"
    default_service = local.any_public_backend

    default_route_action {
      fault_injection_policy {
        abort {
          http_status = 404
          percentage  = 100
        }
      }
    }

    dynamic "path_rule" {
      for_each = google_compute_backend_service.public
      content {
        paths   = ["/${path_rule.key}", "/${path_rule.key}/*"]
        service = path_rule.value.id
      }
    }
  }
}

locals {
  # A load balancer must name some backend; the fault before it answers every request that would go there.
  any_public_backend = values(google_compute_backend_service.public)[0].id
}

resource "google_compute_target_https_proxy" "public" {
  name             = "exchange"
  url_map          = google_compute_url_map.public.id
  ssl_certificates = [google_compute_managed_ssl_certificate.public.id]
  ssl_policy       = google_compute_ssl_policy.public.id
}

resource "google_compute_global_forwarding_rule" "public" {
  name                  = "exchange"
  ip_address            = google_compute_global_address.public.id
  load_balancing_scheme = "EXTERNAL_MANAGED"
  port_range            = "443"
  target                = google_compute_target_https_proxy.public.id
}

# A flood from one address is stopped before it starts instances. Authentication is the functions' own.
resource "google_compute_security_policy" "public" {
  count = var.requests_per_minute > 0 ? 1 : 0

  name        = "exchange"
  description = "At most ${var.requests_per_minute} requests a minute from one address"

  # The backends let go of it first.
  lifecycle {
    create_before_destroy = true
  }

  rule {
    action      = "throttle"
    priority    = 1000
    description = "Each address by itself"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }

    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"

      rate_limit_threshold {
        count        = var.requests_per_minute
        interval_sec = 60
      }
    }
  }

  rule {
    action      = "allow"
    priority    = 2147483647
    description = "The default rule every policy must have"

    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [terraform_data.services_answer]
}
