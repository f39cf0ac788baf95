window.cron = true;
