# One page: is it alive, does it carry, what waits for whom.

locals {
  platform_charts = [
    {
      title   = "Requests by function"
      filter  = "resource.type = \"cloud_run_revision\" AND metric.type = \"run.googleapis.com/request_count\""
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      groups  = ["resource.label.service_name"]
    },
    {
      title   = "Answers by class"
      filter  = "resource.type = \"cloud_run_revision\" AND metric.type = \"run.googleapis.com/request_count\""
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      groups  = ["metric.label.response_code_class"]
    },
    {
      title   = "Slowest requests by function (p99, ms)"
      filter  = "resource.type = \"cloud_run_revision\" AND metric.type = \"run.googleapis.com/request_latencies\""
      aligner = "ALIGN_PERCENTILE_99"
      reducer = "REDUCE_MAX"
      groups  = ["resource.label.service_name"]
    },
    {
      title   = "Tasks in the queues"
      filter  = "resource.type = \"cloud_tasks_queue\" AND metric.type = \"cloudtasks.googleapis.com/queue/depth\""
      aligner = "ALIGN_MEAN"
      reducer = "REDUCE_SUM"
      groups  = ["resource.label.queue_id"]
    },
    {
      title   = "Attempts of tasks by answer"
      filter  = "resource.type = \"cloud_tasks_queue\" AND metric.type = \"cloudtasks.googleapis.com/queue/task_attempt_count\""
      aligner = "ALIGN_RATE"
      reducer = "REDUCE_SUM"
      groups  = ["metric.label.response_code"]
    },
    {
      title   = "Instances by function"
      filter  = "resource.type = \"cloud_run_revision\" AND metric.type = \"run.googleapis.com/container/instance_count\""
      aligner = "ALIGN_MAX"
      reducer = "REDUCE_SUM"
      groups  = ["resource.label.service_name"]
    },
  ]

  own_charts = [
    for name, metric in local.catalogue : {
      title   = "${replace(name, "_", " ")}${try(metric.unit, "1") == "s" ? " (s)" : ""}"
      filter  = local.metric_filters[name]
      aligner = local.aggregations[name].aligner
      reducer = local.aggregations[name].reducer
      groups  = local.aggregations[name].groups
    }
  ]
}

resource "google_monitoring_dashboard" "exchange" {
  dashboard_json = jsonencode({
    displayName = "Exchange 1C ⇄ Bitrix24 (${var.environment})"
    gridLayout = {
      columns = "3"
      widgets = [
        for chart in concat(local.platform_charts, local.own_charts) : {
          title = chart.title
          xyChart = {
            dataSets = [{
              plotType = "LINE"
              timeSeriesQuery = {
                timeSeriesFilter = {
                  filter = chart.filter
                  # An empty list does not come back from the service, and would be a change at every apply.
                  aggregation = merge(
                    {
                      alignmentPeriod    = "300s"
                      perSeriesAligner   = chart.aligner
                      crossSeriesReducer = chart.reducer
                    },
                    length(chart.groups) > 0 ? { groupByFields = chart.groups } : {},
                  )
                }
              }
            }]
          }
        }
      ]
    }
  })

  depends_on = [terraform_data.services_answer]
}
