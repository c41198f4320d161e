-- The notifier's database beside the read model's, which MYSQL_DATABASE makes.
CREATE DATABASE IF NOT EXISTS taskledger_notify;
GRANT ALL ON taskledger_notify.* TO 'taskledger'@'%';
