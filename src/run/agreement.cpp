#include "maniple/run/agreement.hpp"

#include <cstring>
#include <string>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr int not_an_error_of_ours = -1;

struct Verdict {
    int code = not_an_error_of_ours;
    std::string message;
};

Verdict describe(std::exception_ptr const& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (Error const& error) {
        return {static_cast<int>(error.code()), error.what()};
    } catch (std::exception const& error) {
        return {not_an_error_of_ours, error.what()};
    }
}

mpi::Bytes pack(Verdict const& verdict) {
    mpi::Bytes bytes(sizeof verdict.code + verdict.message.size());
    std::memcpy(bytes.data(), &verdict.code, sizeof verdict.code);
    std::memcpy(bytes.data() + sizeof verdict.code, verdict.message.data(), verdict.message.size());
    return bytes;
}

Verdict unpack(mpi::Bytes const& bytes) {
    Verdict verdict;
    std::memcpy(&verdict.code, bytes.data(), sizeof verdict.code);
    verdict.message.assign(reinterpret_cast<char const*>(bytes.data()) + sizeof verdict.code,
                           bytes.size() - sizeof verdict.code);
    return verdict;
}

}  // namespace

void agree(mpi::Communicator const& comm, std::exception_ptr failure) {
    if (comm.size() == 1) {
        if (failure) std::rethrow_exception(failure);
        return;
    }
    if (comm.max(failure ? 1 : 0) == 0) return;
    auto const gathered = comm.gather(failure ? pack(describe(failure)) : mpi::Bytes{});
    mpi::Bytes first;
    for (auto const& bytes : gathered) {
        if (first.empty()) first = bytes;
    }
    auto const verdict = unpack(comm.broadcast(std::move(first)));
    if (verdict.code == not_an_error_of_ours) throw std::runtime_error{verdict.message};
    throw Error{static_cast<ExitCode>(verdict.code), verdict.message};
}

void together(mpi::Communicator const& comm, std::function<void()> const& work) {
    std::exception_ptr failure;
    try {
        work();
    } catch (...) {
        failure = std::current_exception();
    }
    agree(comm, failure);
}

}  // namespace maniple
