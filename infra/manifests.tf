# The catalogue: every folder of functions/ with its function.json. Nothing else says which functions there are.

locals {
  manifests = {
    for manifest in fileset("${path.module}/../functions", "*/function.json") :
    dirname(manifest) => jsondecode(file("${path.module}/../functions/${manifest}"))
  }

  # Deployed functions by name: `bitrix-deal-changed` answers the world, `bitrix-deal-changed-process` the queue.
  entries = merge([
    for folder, manifest in local.manifests : {
      for entry, settings in manifest.entry_points :
      join("-", compact([replace(folder, "_", "-"), entry == "process" ? "process" : ""])) => {
        folder        = folder
        entry_point   = entry
        about         = manifest.about
        exchange      = manifest.exchange
        public        = settings.public
        memory        = settings.memory
        cpu           = settings.cpu
        timeout       = settings.timeout_seconds
        concurrency   = settings.concurrency
        max_instances = try(settings.max_instances, local.max_instances[entry])
        queue         = try(settings.queue, null)
        puts          = toset(try(settings.puts, []))
        pauses        = try(settings.pauses, false)
        min_instances = try(settings.min_instances, 0)
        egress        = settings.egress
        schedule      = entry == "run" ? manifest.schedule : null
        # The one pattern stands for the accounting bases, whatever their names; 1C:DM's password is named by itself.
        secrets = toset(flatten([
          for name in settings.secrets :
          name == "ONEC_*_PASSWORD" ? local.base_passwords : contains(local.secrets, name) ? [name] : []
        ]))
      }
    }
  ]...)

  # Where a manifest names no limit (infra/manifests has the same): a burst of events, what a queue can use, no two runs.
  max_instances = { receive = 10, serve = 3, process = 8, run = 1 }

  public_entries  = { for name, entry in local.entries : name => entry if entry.public }
  process_entries = { for name, entry in local.entries : name => entry if entry.entry_point == "process" }
  job_entries     = { for name, entry in local.entries : name => entry if entry.entry_point == "run" }
}
