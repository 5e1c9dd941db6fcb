#include "evaluation_page.hpp"

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

std::string evaluation_page(ReportRequest const& request) {
    throw UserError{
        fmt::format("'{}' is an evaluation, of which there is no page yet; read its "
                    "evaluation.tsv",
                    request.run.string())};
}

}  // namespace maniple
