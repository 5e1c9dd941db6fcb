# Fits the path of a file of elastic_net_path.cpp with glmnet and prints it in the same form.
#   Rscript glmnet_path.R FILE THRESHOLD PENALTY...
suppressPackageStartupMessages(library(glmnet))
words <- commandArgs(trailingOnly = TRUE)
lines <- readLines(words[1])
penalties <- as.numeric(words[-(1:2)])
head <- strsplit(lines[1], " ")[[1]]
numbers <- function(line) as.numeric(strsplit(line, " ")[[1]])
values <- numbers(lines[3])
at <- 4
if (head[1] == "time_to_event") {
  events <- numbers(lines[4])
  at <- 5
}
q <- as.integer(head[4])
covariates <- if (q > 0) sapply(seq_len(q), function(c) numbers(lines[at + c - 1])) else NULL
genotypes <- sapply(lines[(at + q):length(lines)], function(line) utf8ToInt(line) - 48, USE.NAMES = FALSE)
complete <- !is.na(values)
if (head[1] == "time_to_event") complete <- complete & !is.na(events)
if (q > 0) complete <- complete & rowSums(is.na(covariates)) == 0
genotypes <- genotypes[complete, , drop = FALSE]
genotypes[genotypes == 3] <- NA
means <- colMeans(genotypes, na.rm = TRUE)
gaps <- which(is.na(genotypes), arr.ind = TRUE)
genotypes[gaps] <- means[gaps[, 2]]
x <- cbind(covariates[complete, , drop = FALSE], genotypes)
m <- ncol(genotypes)
y <- values[complete]
family <- c(quantitative = "gaussian", binary = "binomial", time_to_event = "cox")[[head[1]]]
if (family == "cox") y <- cbind(time = y, status = events[complete])
# Penalty factors are rescaled to sum to the number of columns: the penalty makes up for it.
scale <- m / (m + q)
glmnet.control(fdev = 0, devmax = 1)
invisible(gc())
start <- proc.time()[["user.self"]]
fit <- glmnet(x, y, family = family, alpha = as.numeric(head[2]), lambda = penalties * scale,
              standardize = TRUE, thresh = as.numeric(words[2]), maxit = 1e8,
              penalty.factor = rep(c(0, 1), c(q, m)), type.gaussian = if (nrow(x) > 500) "covariance" else "naive")
message(sprintf("%.2f s", proc.time()[["user.self"]] - start))
for (k in seq_along(fit$lambda)) {
  b <- fit$beta[, k]
  intercept <- if (family == "cox") 0 else fit$a0[k]
  effects <- b[q + seq_len(m)]
  # Here genotypes are centred.
  if (family != "cox") intercept <- intercept + sum(effects * means, na.rm = TRUE)
  cat(sprintf("%.17g", c(penalties[k], intercept, b[seq_len(q)])), "\n")
  inside <- which(effects != 0)
  cat(sprintf("%d:%.17g", inside - 1L, effects[inside]), "\n")
}
