#include "maniple/core/folder_like.hpp"

namespace maniple {

void make_folder_like(std::filesystem::path const& folder, std::filesystem::path const& model,
                      std::error_code& error) {
    if (!std::filesystem::create_directory(folder, error) || error) return;
    auto const known = std::filesystem::status(model, error).permissions();
    if (!error) std::filesystem::permissions(folder, known, error);
}

}  // namespace maniple
