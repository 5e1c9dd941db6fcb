#include "maniple/core/verdict.hpp"

#include <new>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

Verdict bug(char const* what) {
    return {ExitCode::contract,
            fmt::format("{}; this is a bug in maniple, not in your data: please report this line "
                        "with the command and 'maniple --version'",
                        what)};
}

}  // namespace

Verdict judge(std::exception_ptr failure) {
    expect(failure != nullptr, "something has failed");
    try {
        std::rethrow_exception(failure);
    } catch (Error const& error) {
        return {error.code(), error.what()};
    } catch (std::bad_alloc const&) {
        return {ExitCode::environment,
                "out of memory (the system refused an allocation); use fewer ranks or threads per "
                "node, or ask for more memory"};
    } catch (std::system_error const& error) {
        return {ExitCode::environment,
                fmt::format("{} (the operating system refused); check paths, permissions and free "
                            "space with 'maniple doctor'",
                            error.what())};
    } catch (std::exception const& error) {
        return bug(error.what());
    } catch (...) {
        return bug("an exception of unknown type");
    }
}

}  // namespace maniple
