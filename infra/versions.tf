terraform {
  required_version = ">= 1.11.0, < 2.0.0" # 1.11 is the first with write-only arguments: no secret reaches the state

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = "~> 7.45"
    }
  }

  # Bucket and prefix are given by `./deploy.sh plan ENV` (one bucket a project, one prefix an environment).
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region

  # Quota and billing of API calls go to this project also when a person's own credentials are used.
  user_project_override = true
  billing_project       = var.project

  default_labels = {
    application = "onec-bitrix24-exchange"
    environment = var.environment
  }
}
