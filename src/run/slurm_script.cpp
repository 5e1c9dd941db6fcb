#include "maniple/run/slurm_script.hpp"

#include <iterator>
#include <regex>
#include <string_view>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

void require_positive(char const* option, std::int64_t value) {
    if (value >= 1) return;
    throw UserError{
        fmt::format("option --{} = '{}' (must be 1 or more); correct the value", option, value)};
}

void require_form(char const* option, std::string const& value, char const* pattern,
                  char const* allowed) {
    if (std::regex_match(value, std::regex{pattern})) return;
    throw UserError{
        fmt::format("option --{} = '{}' (must be {}); correct the value", option, value, allowed)};
}

void validate(SlurmRequest const& request) {
    require_positive("nodes", request.nodes);
    require_positive("ranks-per-node", request.ranks_per_node);
    require_positive("threads", request.threads);
    require_form("time", request.time, R"(\d+|\d+:\d{2}|\d+:\d{2}:\d{2}|\d+-\d{1,2}(:\d{2}){0,2})",
                 "minutes, hours:minutes:seconds or days-hours, e.g. 90, 4:00:00, 1-12");
    if (request.shards != 0) require_positive("shards", request.shards);
    if ((request.shards != 0) == request.run.empty()) {
        throw UserError{
            "options --shards and --out belong together (each shard has a folder in --out); give "
            "both or none"};
    }
    if (request.shards != 0 && request.command != "scan") {
        throw UserError{fmt::format("option --shards is of scans (the command is {}); leave it out",
                                    request.command)};
    }
    // These stand unquoted in #SBATCH lines.
    constexpr auto name = R"([A-Za-z0-9_.,+-]*)";
    require_form("partition", request.partition, name, "a name of letters, digits, _ . , + -");
    require_form("account", request.account, name, "a name of letters, digits, _ . , + -");
    require_form("memory", request.memory, R"((\d+[KMGTkmgt]?)?)",
                 "a whole number with K, M, G or T, e.g. 16G");
    require_form("mpi", request.launcher, R"([A-Za-z0-9_]+)",
                 "a name that 'srun --mpi=list' prints, e.g. pmix");
}

std::string quote(std::string_view text) {
    std::string quoted = "'";
    for (char const c : text) {
        if (c == '\'') {
            quoted += R"('\'')";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

// A task of an array becomes the scan of one shard.
std::string shard_lines(SlurmRequest const& request) {
    if (request.shards == 0) return {};
    return fmt::format(
        "shards={}\n"
        "run={}\n"
        "\n"
        "shard=${{SLURM_ARRAY_TASK_ID:?this script is for an array; submit it with sbatch "
        "--array=1-$shards}}\n"
        "set -- --shard \"$shard/$shards\" --out \"$run/$shard\" \"$@\"\n",
        request.shards, quote(request.run));
}

// What is to be done after the array.
std::string merge_comment(SlurmRequest const& request) {
    if (request.shards == 0) return {};
    return "# When all tasks are done: sbatch --dependency=afterok:ARRAY "
           "slurm/maniple-merge.sbatch "
           "RUN,\n# or maniple merge --out RUN RUN/[0-9]*\n";
}

std::string directives(SlurmRequest const& request) {
    std::string text;
    auto const add = [&text](char const* option, auto const& value) {
        fmt::format_to(std::back_inserter(text), "#SBATCH --{}={}\n", option, value);
    };
    add("job-name", "maniple");
    add("nodes", request.nodes);
    add("ntasks-per-node", request.ranks_per_node);
    add("cpus-per-task", request.threads);
    add("time", request.time);
    if (!request.partition.empty()) add("partition", request.partition);
    if (!request.account.empty()) add("account", request.account);
    if (!request.memory.empty()) add("mem", request.memory);
    add("signal", "USR1@120");
    text += "#SBATCH --requeue\n";
    add("open-mode", "append");
    if (request.shards > 0) add("array", fmt::format("1-{}", request.shards));
    add("output", request.shards > 0 ? "maniple-%A_%a.log" : "maniple-%j.log");
    return text;
}

// The same lines end slurm/maniple.sbatch; a test compares them.
constexpr std::string_view body = R"(
# Slurm 22.05 and later do not hand --cpus-per-task on to srun by themselves.
threads=${SLURM_CPUS_PER_TASK:-1}
export OMP_NUM_THREADS=$threads
# maniple stops two minutes before the end. Older versions of Slurm do not say when that is.
if [ -z "${SLURM_JOB_END_TIME:-}" ] && end=$(squeue --noheader --jobs="$SLURM_JOB_ID" --format=%e 2> /dev/null) &&
  end=$(date --date="${end:-never}" +%s 2> /dev/null); then
  export SLURM_JOB_END_TIME=$end
fi
# scancel and preemptions tell this script as well: then it is for Slurm whether the job starts again.
ended=
trap 'ended=yes' TERM
status=0
# --wait ends the other ranks when one has died.
srun --mpi="${MANIPLE_MPI:-$launcher}" --cpus-per-task="$threads" --wait=60 \
  "$maniple" "$command" --job "$job" "$@" || status=$?

# 75: stopped in time; the same command goes on. 138: the signal came before maniple listened, as it was starting.
# (A task of an array has a number of its own.)
restarts=${SLURM_RESTART_COUNT:-0}
most=${MANIPLE_MAX_RESTARTS:-10}
this=${SLURM_ARRAY_JOB_ID:+${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID:-}}
if { [ "$status" -eq 75 ] || [ "$status" -eq 138 ]; } && [ -z "$ended" ]; then
  if [ "$restarts" -ge "$most" ]; then
    echo "maniple is not done after $restarts restarts, and MANIPLE_MAX_RESTARTS=$most allows no more; what it has" \
      "is kept: submit the same job again" >&2
  else
    echo "maniple stopped in time (restarts so far: $restarts); requeueing job ${this:=$SLURM_JOB_ID}"
    scontrol requeue "$this" || echo "the job could not be requeued; submit the same job again" >&2
  fi
fi
exit "$status"
)";

}  // namespace

std::string slurm_script(SlurmRequest const& request) {
    validate(request);
    return fmt::format(
        "#!/usr/bin/env bash\n"
        "# Made by 'maniple slurm-script'. Submit it with sbatch; options given to sbatch win.\n"
        "{}{}set -euo pipefail\n\n"
        "maniple=${{MANIPLE:-{}}}\n"
        "command={}\n"
        "job={}\n"
        "launcher={}\n"
        "{}{}",
        merge_comment(request), directives(request), quote(request.program), quote(request.command),
        quote(request.job), request.launcher, shard_lines(request), body);
}

}  // namespace maniple
