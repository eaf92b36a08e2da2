# What deployment gives to people: `./deploy.sh outputs ENV` prints it. Never a secret.

output "public_base_url" {
  description = "Where Bitrix24 and 1C call."
  value       = "https://${var.public_host}"
}

output "public_address" {
  description = "The A record of public_host."
  value       = google_compute_global_address.public.address
}

output "egress_address" {
  description = "From which 1C is called; null without static_egress."
  value       = one(google_compute_address.egress[*].address)
}

output "functions" {
  description = "Deployed functions with their addresses."
  value       = { for name, function in module.function : name => function.uri }
}

output "queues" {
  value = { for class, queue in google_cloud_tasks_queue.class : class => queue.id }
}

output "service_accounts" {
  value = { for name, account in google_service_account.function : name => account.email }
}

output "settings" {
  description = "The settings the functions run with, without secrets: `./deploy.sh in ENV …` gives them to a command."
  value       = { for name, value in local.settings : name => value if value != "" }
}

output "secrets" {
  description = "Secret settings of this environment and the version in force."
  value       = { for name, version in google_secret_manager_secret_version.setting : name => version.version }
}

output "paste" {
  description = "What to paste where."
  value = merge(
    {
      "DNS" = "${var.public_host}.  A  ${google_compute_global_address.public.address}"
    },
    local.application ? {
      "Bitrix24: local application (Developer resources > Other > Local application, server)" = join("\n", [
        "Handler path:              https://${var.public_host}/bitrix-app-installed",
        "Initial installation path: https://${var.public_host}/bitrix-app-installed",
        "Scopes: ${join(", ", local.scopes)}",
      ])
    } : {},
    !local.application || var.bitrix.outgoing_webhooks ? {
      "Bitrix24: outgoing webhook (Developer resources > Other > Outgoing webhook)" = join("\n", [
        "Handler address: https://${var.public_host}/bitrix-deal-changed",
        "Events: ONCRMDEALADD, ONCRMDEALUPDATE, ONCRMCOMPANYUPDATE, ONCRMCONTACTUPDATE, ONCRMREQUISITEADD, ONCRMREQUISITEUPDATE, ONCRMADDRESSREGISTER",
      ])
    } : {},
    !local.application ? {
      "Bitrix24: incoming webhook" = "Scopes: ${join(", ", local.scopes)}"
    } : {},
    var.static_egress ? {
      "1C: admit this address to the publications" = google_compute_address.egress[0].address
    } : {},
    var.onec_dm == null ? {} : {
      "1C:Document Management: address of the exchange's webhook" = "https://${var.public_host}/onec-document-changed"
    },
  )
}

locals {
  scopes = concat(
    ["crm", "im", "user"],
    var.onec_dm == null ? [] : ["disk", "user.userfield"],
    var.onec_dm != null && local.application ? ["bizproc"] : [],
  )
}
