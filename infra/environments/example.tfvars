# Copy to environments/<name>.tfvars and fill in; ./deploy.sh plan <name> then says what is still missing.
# Secrets do not stand here: ./deploy.sh takes them from the environment or from .env.<name>.

environment = "example"
project     = "company-exchange-example"
region      = "europe-west1"
public_host = "exchange.example.ru"

alert_emails = ["it@example.ru"]

bitrix = {
  access    = "application"
  client_id = "local.0123456789abcd.01234567"
}

onec_bases = {
  main = {
    url           = "https://1c.example.ru/buh"
    user          = "Обмен"
    configuration = "bp30"
    time_zone     = "Europe/Moscow"
  }
}

onec_dm = {
  url  = "https://1c.example.ru/dm"
  user = "Обмен"
}

admin_user_ids      = [1]
accountant_user_ids = [7]
