#include "maniple/run/agreement.hpp"

#include <cstring>
#include <string>

#include "maniple/core/contract.hpp"
#include "maniple/core/verdict.hpp"

namespace maniple {
namespace {

mpi::Bytes pack(Verdict const& verdict) {
    auto const code = static_cast<int>(verdict.code);
    mpi::Bytes bytes(sizeof code + verdict.message.size());
    std::memcpy(bytes.data(), &code, sizeof code);
    std::memcpy(bytes.data() + sizeof code, verdict.message.data(), verdict.message.size());
    return bytes;
}

Verdict unpack(mpi::Bytes const& bytes) {
    int code = 0;
    expect(bytes.size() >= sizeof code, "a verdict starts with its code");
    std::memcpy(&code, bytes.data(), sizeof code);
    return {
        static_cast<ExitCode>(code),
        {reinterpret_cast<char const*>(bytes.data()) + sizeof code, bytes.size() - sizeof code}};
}

}  // namespace

void agree(mpi::Communicator const& comm, std::exception_ptr failure) {
    if (comm.size() == 1) {
        if (failure) std::rethrow_exception(failure);
        return;
    }
    if (comm.max(failure ? 1 : 0) == 0) return;
    auto const gathered = comm.gather(failure ? pack(judge(failure)) : mpi::Bytes{});
    mpi::Bytes first;
    for (auto const& bytes : gathered) {
        if (first.empty()) first = bytes;
    }
    auto const verdict = unpack(comm.broadcast(std::move(first)));
    throw Error{verdict.code, verdict.message};
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
