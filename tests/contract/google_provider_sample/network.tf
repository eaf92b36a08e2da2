resource "google_compute_network" "this" {
  name                    = "exchange"
  auto_create_subnetworks = false
  depends_on              = [google_project_service.this]
}

resource "google_compute_subnetwork" "connector" {
  name          = "connector"
  network       = google_compute_network.this.id
  ip_cidr_range = "10.8.0.0/28"
}

resource "google_compute_router" "this" {
  name    = "exchange"
  network = google_compute_network.this.name
}

resource "google_compute_address" "out" {
  name       = "out"
  depends_on = [google_project_service.this]
}

resource "google_compute_router_nat" "this" {
  name                               = "exchange"
  router                             = google_compute_router.this.name
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.out.self_link]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
  subnetwork {
    name                    = google_compute_subnetwork.connector.id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }
}

resource "google_compute_firewall" "closed" {
  name          = "closed"
  network       = google_compute_network.this.name
  source_ranges = ["0.0.0.0/0"]
  deny { protocol = "all" }
}

resource "google_vpc_access_connector" "out" {
  name          = "out"
  min_instances = 2
  max_instances = 3
  subnet { name = google_compute_subnetwork.connector.name }
}

resource "google_compute_global_address" "public" {
  name       = "public"
  depends_on = [google_project_service.this]
}

resource "google_compute_region_network_endpoint_group" "orders" {
  name   = "orders"
  region = var.region
  cloud_run { service = google_cloudfunctions2_function.orders.name }
}

resource "google_compute_security_policy" "public" {
  name       = "public"
  depends_on = [google_project_service.this]
}

resource "google_compute_backend_service" "orders" {
  name                  = "orders"
  load_balancing_scheme = "EXTERNAL_MANAGED"
  security_policy       = google_compute_security_policy.public.id
  backend { group = google_compute_region_network_endpoint_group.orders.id }
}

resource "google_compute_url_map" "public" {
  name            = "public"
  default_service = google_compute_backend_service.orders.id
  host_rule {
    hosts        = ["exchange.example.com"]
    path_matcher = "functions"
  }
  path_matcher {
    name            = "functions"
    default_service = google_compute_backend_service.orders.id
    path_rule {
      paths   = ["/orders"]
      service = google_compute_backend_service.orders.id
      route_action {
        url_rewrite { path_prefix_rewrite = "/" }
      }
    }
  }
}

resource "google_compute_managed_ssl_certificate" "public" {
  name = "public"
  managed { domains = ["exchange.example.com"] }
  depends_on = [google_project_service.this]
}

resource "google_compute_ssl_policy" "modern" {
  name            = "modern"
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"
  depends_on      = [google_project_service.this]
}

resource "google_compute_target_https_proxy" "public" {
  name             = "public"
  url_map          = google_compute_url_map.public.id
  ssl_certificates = [google_compute_managed_ssl_certificate.public.id]
  ssl_policy       = google_compute_ssl_policy.modern.id
}

resource "google_compute_target_http_proxy" "redirect" {
  name    = "redirect"
  url_map = google_compute_url_map.public.id
}

resource "google_compute_global_forwarding_rule" "public" {
  name                  = "public"
  target                = google_compute_target_https_proxy.public.id
  ip_address            = google_compute_global_address.public.address
  port_range            = "443"
  load_balancing_scheme = "EXTERNAL_MANAGED"
}
