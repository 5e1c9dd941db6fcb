#include "element.hpp"

#include <algorithm>

#include "maniple/core/contract.hpp"

namespace maniple::hdf5 {

hid_t stored_type(Element element) {
    expect(element != Element::text, "a text's type has a length");
    switch (element) {
        case Element::uint8:
            return H5T_STD_U8LE;
        case Element::int32:
            return H5T_STD_I32LE;
        case Element::int64:
            return H5T_STD_I64LE;
        case Element::uint64:
            return H5T_STD_U64LE;
        case Element::float32:
            return H5T_IEEE_F32LE;
        case Element::float64:
            return H5T_IEEE_F64LE;
        case Element::text:
            break;
    }
    return H5I_INVALID_HID;
}

hid_t memory_type(Element element) {
    expect(element != Element::text, "a text's type has a length");
    switch (element) {
        case Element::uint8:
            return H5T_NATIVE_UINT8;
        case Element::int32:
            return H5T_NATIVE_INT32;
        case Element::int64:
            return H5T_NATIVE_INT64;
        case Element::uint64:
            return H5T_NATIVE_UINT64;
        case Element::float32:
            return H5T_NATIVE_FLOAT;
        case Element::float64:
            return H5T_NATIVE_DOUBLE;
        case Element::text:
            break;
    }
    return H5I_INVALID_HID;
}

TypeHandle text_type(std::int64_t bytes) {
    expect(bytes >= 0, "a text has no negative length");
    TypeHandle type{H5Tcopy(H5T_C_S1)};
    H5Tset_size(type.get(), static_cast<std::size_t>(std::max<std::int64_t>(bytes, 1)));
    H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
    H5Tset_cset(type.get(), H5T_CSET_UTF8);
    return type;
}

}  // namespace maniple::hdf5
