variable "name" {
  description = "Deployed name in kebab-case: also the name of the Cloud Run service beneath."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.name))
    error_message = "${var.name}: a function's name is also its service account's id: 6–30 small letters, digits, hyphens. Shorten the folder's name."
  }
}

variable "description" { type = string }
variable "project" { type = string }
variable "region" { type = string }

variable "entry_point" {
  description = "Which function of main.py is called."
  type        = string

  validation {
    condition     = contains(["receive", "process", "run", "serve"], var.entry_point)
    error_message = "${var.name}: entry point ${var.entry_point} is unknown; function.json knows receive, process, run and serve."
  }
}

variable "source_bucket" { type = string }
variable "source_object" { type = string }
variable "build_account" { type = string }
variable "repository" { type = string }
variable "service_account" { type = string }

variable "memory" {
  description = "Memory of an instance, e.g. 512M."
  type        = string

  validation {
    condition     = contains(["512M", "1Gi", "2Gi", "4Gi"], var.memory)
    error_message = "${var.name}: memory must be 512M, 1Gi, 2Gi or 4Gi; less starts too slowly (imports alone take 3 s on 256M)."
  }
}

variable "cpu" {
  description = "CPUs of an instance."
  type        = string

  validation {
    condition     = contains(["1", "2"], var.cpu)
    error_message = "${var.name}: cpu must be \"1\" or \"2\": below one an instance takes one request at a time."
  }
}

variable "timeout" {
  description = "Seconds after which the platform ends a call."
  type        = number

  validation {
    condition     = var.timeout >= 15 && var.timeout <= 1800
    error_message = "${var.name}: timeout_seconds must be 15 to 1800: neither queue nor scheduler waits longer."
  }
}

variable "concurrency" {
  description = "Requests one instance serves at a time."
  type        = number

  validation {
    condition     = var.concurrency >= 1 && var.concurrency <= 80
    error_message = "${var.name}: concurrency must be 1 to 80."
  }
}

variable "max_instances" {
  type = number

  validation {
    condition     = var.max_instances >= 1 && var.max_instances <= 20
    error_message = "${var.name}: max_instances must be 1 to 20: nothing else limits what a flood costs."
  }
}

variable "min_instances" { type = number }

variable "settings" {
  description = "Environment without secrets; empty values are left out."
  type        = map(string)

  validation {
    condition     = alltrue([for name in keys(var.settings) : !can(regex("(PASSWORD|SECRET|TOKEN|KEYS|WEBHOOK_URL)$", name))])
    error_message = "${var.name}: a secret stands among the plain settings."
  }
}

variable "secrets" {
  description = "Settings that come from Secret Manager: secret id and exact version."
  type        = map(object({ secret = string, version = string }))
}

variable "egress" {
  description = "Whether all its calls leave by the fixed address."
  type        = bool
}

variable "connector" {
  description = "VPC connector before the fixed address; null where there is none."
  type        = string
}

variable "ingress" {
  type = string

  validation {
    condition     = contains(["ALLOW_INTERNAL_AND_GCLB", "ALLOW_INTERNAL_ONLY"], var.ingress)
    error_message = "${var.name}: nothing answers the open internet past the load balancer."
  }
}

variable "invokers" {
  description = "Who may call it, by a name of ours: an account, or everybody (then the code authenticates)."
  type        = map(string)

  validation {
    condition     = !contains(values(var.invokers), "allUsers") || var.ingress == "ALLOW_INTERNAL_AND_GCLB"
    error_message = "${var.name}: a private function may not be called by everybody."
  }
}
