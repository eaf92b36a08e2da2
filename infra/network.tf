# One fixed address for calls to 1C, so that its publication may admit nothing else. A connector rather than direct
# egress: an instance's first connections through the latter may take a minute, and no start-up probe can be set here.

locals {
  connector = var.static_egress ? google_vpc_access_connector.egress[0].id : null
}

resource "google_compute_network" "egress" {
  count = var.static_egress ? 1 : 0

  name                    = "exchange-egress"
  auto_create_subnetworks = false

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_subnetwork" "egress" {
  count = var.static_egress ? 1 : 0

  name                     = "exchange-egress"
  network                  = google_compute_network.egress[0].id
  region                   = var.region
  ip_cidr_range            = var.egress_range
  private_ip_google_access = true # Firestore and Cloud Tasks by Google's own way, not through the gateway
}

resource "google_compute_address" "egress" {
  count = var.static_egress ? 1 : 0

  name   = "exchange-egress"
  region = var.region

  # 1C's administrators have let this one in; another would stop the exchange.
  deletion_policy = var.deletion_protection ? "PREVENT" : "DELETE"

  depends_on = [terraform_data.services_answer]
}

resource "google_compute_router" "egress" {
  count = var.static_egress ? 1 : 0

  name    = "exchange-egress"
  network = google_compute_network.egress[0].id
  region  = var.region
}

resource "google_compute_router_nat" "egress" {
  count = var.static_egress ? 1 : 0

  name                               = "exchange-egress"
  router                             = google_compute_router.egress[0].name
  region                             = var.region
  nat_ip_allocate_option             = "MANUAL_ONLY"
  nat_ips                            = [google_compute_address.egress[0].self_link]
  source_subnetwork_ip_ranges_to_nat = "LIST_OF_SUBNETWORKS"
  min_ports_per_vm                   = 4096 # 64 by default: a bulk download would use them up and look like a silent 1C

  subnetwork {
    name                    = google_compute_subnetwork.egress[0].id
    source_ip_ranges_to_nat = ["ALL_IP_RANGES"]
  }

  log_config {
    enable = true
    filter = "ERRORS_ONLY" # out of ports: the one fault of a gateway that looks like a silent 1C
  }
}

resource "google_vpc_access_connector" "egress" {
  count = var.static_egress ? 1 : 0

  name          = "exchange-egress"
  region        = var.region
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3

  subnet {
    name = google_compute_subnetwork.egress[0].name
  }

  # The functions let go of it first.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_compute_router_nat.egress]
}
