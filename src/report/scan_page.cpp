#include "scan_page.hpp"

#include <utility>

#include "maniple/report/page.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

std::string scan_page(ReportRequest const& request) {
    ResultReader const results{request.run / "results.h5"};
    Page page{PageKind::scan, "Scan", "Association of traits with variants."};
    return std::move(page).finish();
}

}  // namespace maniple
