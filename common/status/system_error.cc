#include "common/status/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/status/error.h"

namespace zhiping {
namespace {

std::string InChinese(int error) {
  switch (error) {
    case ENOENT:
      return "文件不存在";
    case EACCES:
    case EPERM:
      return "没有权限";
    case EISDIR:
      return "这是一个文件夹，不是文件";
    case ENOTDIR:
      return "路径中有一段不是文件夹";
    case EEXIST:
      return "文件已存在";
    case ENOSPC:
      return "磁盘已满";
    case EDQUOT:
      return "超出磁盘配额";
    case EFBIG:
      return "文件太大";
    case EROFS:
      return "文件系统只读";
    case EIO:
      return "磁盘读写出错";
    case ENAMETOOLONG:
      return "路径太长";
    case ELOOP:
      return "符号链接层数过多";
    case EMFILE:
    case ENFILE:
      return "打开的文件过多";
    case ENOMEM:
      return "内存不足";
    case ENOEXEC:
      return "文件不能执行";
    default:
      return absl::StrCat("系统错误 ", error);
  }
}

}  // namespace

common::v1::LocalText SystemErrorText(int error) {
  return MakeText(InChinese(error), std::generic_category().message(error));
}

}  // namespace zhiping
