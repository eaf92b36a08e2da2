# What differs from one environment to the next; values in environments/<name>.tfvars. One project for each environment.

variable "project" {
  description = "Id of the Google Cloud project. It serves this environment of the exchange and nothing else."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project's id (6–30 small letters, digits, hyphens), not its name or number, e.g. company-exchange-prod."
  }
}

variable "environment" {
  description = "Name of the environment: the name of its .tfvars file, a label of everything made."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,20}$", var.environment))
    error_message = "environment must be small letters, digits and hyphens, e.g. production."
  }
}

variable "region" {
  description = "Region of functions, queues and scheduler, e.g. europe-west1. It must offer Cloud Tasks, Cloud Scheduler and VPC connectors."
  type        = string

  validation {
    condition     = can(regex("^(africa|asia|australia|europe|me|northamerica|southamerica|us)-[a-z]+[0-9]{1,2}$", var.region))
    error_message = "region must be a region such as europe-west1, not a zone (europe-west1-b) or a multi-region (eur3)."
  }
}

variable "store_location" {
  description = "Location of the Firestore database, e.g. europe-west1 or eur3; null is the region. It can never be changed."
  type        = string
  default     = null

  validation {
    condition     = var.store_location == null ? true : can(regex("^(eur3|nam5|nam7|(africa|asia|australia|europe|me|northamerica|southamerica|us)-[a-z]+[0-9]{1,2})$", var.store_location))
    error_message = "store_location must be a location of Firestore, e.g. europe-west1 or eur3, or be left out for the region."
  }
}

variable "public_host" {
  description = "Host name under which Bitrix24 and 1C reach the public functions; PUBLIC_BASE_URL is https://<public_host>."
  type        = string

  validation {
    condition     = can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.public_host))
    error_message = "public_host must be a host name of a domain of yours, without https:// and path, e.g. exchange.example.ru."
  }
}

variable "alert_emails" {
  description = "Who is told by the alerts."
  type        = set(string)

  validation {
    condition     = length(var.alert_emails) > 0 && alltrue([for one in var.alert_emails : can(regex("^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$", one))])
    error_message = "alert_emails must be at least one e-mail address: an exchange nobody watches is not run."
  }
}

variable "static_egress" {
  description = "Whether calls to 1C leave by one fixed address that its publication can admit (about 19 USD a month)."
  type        = bool
  default     = true
}

variable "egress_range" {
  description = "Private /28 of the connector through which calls to 1C leave. For ever: the connector keeps its range."
  type        = string
  default     = "10.110.0.0/28"

  validation {
    condition     = try(cidrsubnet(var.egress_range, 0, 0) == var.egress_range, false) && can(regex("^(10\\.|172\\.(1[6-9]|2[0-9]|3[01])\\.|192\\.168\\.).*/28$", var.egress_range))
    error_message = "egress_range must be a private IPv4 range of exactly /28 written by its first address, e.g. 10.110.0.0/28."
  }
}

variable "requests_per_minute" {
  description = "Requests a minute from one address before the host answers 429; 0 switches Cloud Armor off."
  type        = number
  default     = 1200

  validation {
    condition     = floor(var.requests_per_minute) == var.requests_per_minute && (var.requests_per_minute == 0 || (var.requests_per_minute >= 60 && var.requests_per_minute <= 10000))
    error_message = "requests_per_minute must be 0 (no limit) or 60 to 10000: Bitrix24 sends a portal's events from few addresses."
  }
}

variable "warm_receivers" {
  description = "Instances of each public function of the interactive queue kept running, against cold starts; each is billed while idle."
  type        = number
  default     = 0

  validation {
    condition     = var.warm_receivers >= 0 && var.warm_receivers <= 3 && floor(var.warm_receivers) == var.warm_receivers
    error_message = "warm_receivers must be 0 to 3."
  }
}

variable "bitrix" {
  description = <<-TEXT
    The portal. access: "application" (a local server application; everything works) or "webhook" (acts, documents and
    orders). client_id: of the application. outgoing_webhooks: whether events also come from webhooks set by hand, whose
    tokens are the secret BITRIX_APPLICATION_TOKEN (always so with access "webhook"). The rest as in the README, "Settings".
  TEXT
  type = object({
    access              = string
    client_id           = optional(string, "")
    member_id           = optional(string, "")
    outgoing_webhooks   = optional(bool, false)
    auth_hosts          = optional(list(string), [])
    requests_per_second = optional(number, 2)
    burst               = optional(number, 50)
  })

  validation {
    condition     = contains(["application", "webhook"], var.bitrix.access)
    error_message = "bitrix.access must be \"application\" or \"webhook\"."
  }
  validation {
    condition     = (var.bitrix.access == "application") == (var.bitrix.client_id != "")
    error_message = "bitrix.client_id is the application's code (local.…): needed with access \"application\", and out of place with \"webhook\"."
  }
  validation {
    condition     = var.bitrix.member_id == "" || can(regex("^[0-9a-f]{32}$", var.bitrix.member_id))
    error_message = "bitrix.member_id must be the portal's member_id, 32 hexadecimal digits, or be left out."
  }

  validation {
    condition     = var.bitrix.requests_per_second > 0 && var.bitrix.requests_per_second <= 100 && var.bitrix.burst >= 1 && floor(var.bitrix.burst) == var.bitrix.burst
    error_message = "bitrix.requests_per_second must be above 0 and at most 100, bitrix.burst a whole number above 0: the portal's limit, 2 and 50, on Enterprise 5 and 250."
  }

  validation {
    condition     = alltrue([for host in var.bitrix.auth_hosts : can(regex("^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$", host))])
    error_message = "bitrix.auth_hosts must be host names without https://, e.g. [\"oauth.example.com\"]."
  }
}

variable "onec_bases" {
  description = "1C accounting bases by name (small Latin letters, digits, _); the name stands in settings and rules."
  type = map(object({
    url           = string
    user          = string
    configuration = string
    time_zone     = string
    web_url       = optional(string, "")
  }))
  default = {}

  validation {
    condition     = alltrue([for name, _ in var.onec_bases : can(regex("^[a-z][a-z0-9_]*$", name)) && name != "dm"])
    error_message = "onec_bases: names must be small Latin letters, digits and _, none of them dm, e.g. main."
  }
  validation {
    condition     = alltrue([for base in values(var.onec_bases) : contains(["bp30", "ut11", "erp2", "unf30"], base.configuration)])
    error_message = "onec_bases: configuration must be bp30, ut11, erp2 or unf30."
  }
  validation {
    condition     = alltrue([for base in values(var.onec_bases) : can(regex("^https://[^@?#\\s]+$", base.url))])
    error_message = "onec_bases: url must be the https address of the publication without user, query and fragment, e.g. https://1c.example.ru/buh."
  }
  validation {
    condition     = alltrue([for base in values(var.onec_bases) : can(regex("^[A-Z][A-Za-z_]+(/[A-Za-z_+-]+)*$", base.time_zone))])
    error_message = "onec_bases: time_zone must be a name of the IANA list, e.g. Europe/Moscow."
  }

  validation {
    condition     = alltrue([for base in values(var.onec_bases) : trimspace(base.user) != "" && (base.web_url == "" || can(regex("^https?://[^@?#\\s]+$", base.web_url)))])
    error_message = "onec_bases: user must not be empty, and web_url, if given, must be the address where people open the base."
  }

  validation {
    condition     = alltrue([for pair in setproduct(keys(var.onec_bases), keys(var.onec_bases)) : !startswith(pair[1], "${pair[0]}_")])
    error_message = "onec_bases: no name may begin with another one and _ (main and main_web would share the setting ONEC_MAIN_WEB_URL)."
  }
}

variable "onec_dm" {
  description = "1C:Document Management with the HTTP service of infra/onec/openapi.yaml; null where documents are not exchanged."
  type        = object({ url = string, user = string })
  default     = null

  validation {
    condition     = var.onec_dm == null ? true : can(regex("^https://[^@?#\\s]+$", var.onec_dm.url))
    error_message = "onec_dm.url must be the https address of the publication without user, query and fragment, e.g. https://1c.example.ru/dm."
  }
  validation {
    condition     = var.onec_dm != null || length(var.onec_bases) > 0
    error_message = "Neither onec_bases nor onec_dm is given: there would be nothing to exchange with."
  }

  validation {
    condition     = var.onec_dm == null ? true : trimspace(var.onec_dm.user) != ""
    error_message = "onec_dm.user must not be empty."
  }
}

variable "admin_user_ids" {
  description = "Bitrix24 users who are told of mappings, rights and outages."
  type        = list(number)

  validation {
    condition     = length(var.admin_user_ids) > 0 && alltrue([for id in var.admin_user_ids : id >= 1 && floor(id) == id])
    error_message = "admin_user_ids must hold at least one id of a Bitrix24 user, e.g. [1]."
  }
}

variable "accountant_user_ids" {
  description = "Bitrix24 users who are told what 1C lacks."
  type        = list(number)
  default     = []

  validation {
    condition     = alltrue([for id in var.accountant_user_ids : id >= 1 && floor(id) == id])
    error_message = "accountant_user_ids must be ids of Bitrix24 users, e.g. [7]."
  }
}

variable "business_time_zone" {
  description = "IANA zone of business dates and of the schedules."
  type        = string
  default     = "Europe/Moscow"

  validation {
    condition     = can(regex("^[A-Z][A-Za-z_]+(/[A-Za-z_+-]+)*$", var.business_time_zone))
    error_message = "business_time_zone must be a name of the IANA list, e.g. Europe/Moscow."
  }
}

variable "language" {
  description = "Language of notices in Bitrix24."
  type        = string
  default     = "ru"

  validation {
    condition     = contains(["ru", "en"], var.language)
    error_message = "language must be ru or en."
  }
}

variable "document_sync_minutes" {
  description = "Minutes between two runs of document_sync."
  type        = number
  default     = 5

  validation {
    condition     = floor(var.document_sync_minutes) == var.document_sync_minutes && var.document_sync_minutes >= 5 && var.document_sync_minutes <= 1440
    error_message = "document_sync_minutes must be a whole number from 5 to 1440."
  }
}

variable "secret_values" {
  description = "Values of secrets that are created or rotated now, by setting; given by deploy.sh, never written to plan or state."
  type        = map(string)
  default     = {}
  ephemeral   = true
  sensitive   = true
}

variable "secret_versions" {
  description = "Rotation: raise a secret's number (from 1) and give its new value, e.g. { ONEC_MAIN_PASSWORD = 2 }."
  type        = map(number)
  default     = {}

  validation {
    condition     = alltrue([for name in keys(var.secret_versions) : contains(local.secrets, name)])
    error_message = "secret_versions names a secret that this environment does not have: ${join(", ", setsubtract(keys(var.secret_versions), local.secrets))}. It has: ${join(", ", local.secrets)}."
  }
  validation {
    condition     = alltrue([for number in values(var.secret_versions) : number >= 1 && floor(number) == number])
    error_message = "secret_versions: numbers must be whole and at least 1."
  }
}

variable "deletion_protection" {
  description = "Whether the database and the two addresses refuse to be deleted; false only for an environment that may be thrown away."
  type        = bool
  default     = true
}

variable "settle_seconds" {
  description = "How long a deployment waits for new services, rights and metrics to be known everywhere."
  type        = number
  default     = 60

  validation {
    condition     = floor(var.settle_seconds) == var.settle_seconds && var.settle_seconds >= 0 && var.settle_seconds <= 600
    error_message = "settle_seconds must be a whole number from 0 to 600."
  }
}

variable "queue_depth_alert" {
  description = "Tasks in a queue that call for a look when they stay for half an hour."
  type        = number
  default     = 500

  validation {
    condition     = floor(var.queue_depth_alert) == var.queue_depth_alert && var.queue_depth_alert >= 1
    error_message = "queue_depth_alert must be a whole number above 0."
  }
}
